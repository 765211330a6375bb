//! A connection that shows what a reader sees before each statement, or that has no `RETURNING`.

use std::pin::Pin;
use std::sync::Mutex;

use async_trait::async_trait;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, Statement};

type Look<'a, T> =
    Box<dyn Fn(&'a DatabaseConnection) -> Pin<Box<dyn Future<Output = T> + Send + 'a>> + Send + Sync + 'a>;

pub(crate) struct Watched<'a, T> {
    db: &'a DatabaseConnection,
    look: Look<'a, T>,
    seen: Mutex<Vec<T>>,
    supports_returning: bool,
}

impl<'a, T: Send> Watched<'a, T> {
    pub(crate) fn new<F>(
        db: &'a DatabaseConnection,
        look: impl Fn(&'a DatabaseConnection) -> F + Send + Sync + 'a,
    ) -> Self
    where
        F: Future<Output = T> + Send + 'a,
    {
        Watched { db, look: Box::new(move |db| Box::pin(look(db))), seen: Mutex::default(), supports_returning: true }
    }

    pub(crate) fn without_returning(self) -> Self {
        Watched { supports_returning: false, ..self }
    }

    pub(crate) fn seen(self) -> Vec<T> {
        self.seen.into_inner().unwrap()
    }

    async fn look(&self) {
        let seen = (self.look)(self.db).await;
        self.seen.lock().unwrap().push(seen);
    }
}

#[async_trait]
impl<T: Send> ConnectionTrait for Watched<'_, T> {
    fn get_database_backend(&self) -> DbBackend {
        self.db.get_database_backend()
    }

    fn support_returning(&self) -> bool {
        self.supports_returning
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.look().await;
        self.db.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.look().await;
        self.db.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.look().await;
        self.db.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.look().await;
        self.db.query_all_raw(statement).await
    }
}
