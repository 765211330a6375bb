//! Claims as rows of their own, next to the entries.

use std::time::Duration;

use rusqlite::params;

use super::rows::put;
use super::{SqliteStore, sql};
use crate::Result;
use crate::store::{Claim, Claims, Expiration, Timestamp, Value};

impl Claims for SqliteStore {
    fn claim(&self, key: &str, claim: &Claim) -> Result<bool> {
        let now = Timestamp::now();
        let taken = self.write((1, 0, Timestamp::EPOCH), |database, connection| {
            let (token, ends_at) = (claim.token.cast_signed(), now.after(claim.length).as_millis());
            let row = params![database.hash(key), token, claim.exclusive, ends_at, now.as_millis()];
            connection.prepare_cached(sql::CLAIM)?.execute(row)
        });
        taken.map(|rows| rows > 0)
    }

    fn complete(&self, key: &str, value: &Value, expiration: &Expiration, token: u64) -> Result<bool> {
        self.fits([value])?;
        self.write((1, value.size(), expiration.now), |database, connection| {
            let hash = database.hash(key);
            let unbroken = connection.prepare_cached(sql::FULFIL_CLAIM)?.execute([hash, token.cast_signed()])? > 0;
            if unbroken {
                put(&mut connection.prepare_cached(sql::SET)?, hash, key, value, expiration)?;
            }
            Ok(unbroken)
        })
    }

    fn release(&self, key: &str, token: u64, pause: Duration) -> Result<()> {
        let until = Timestamp::now().after(pause).as_millis();
        self.write((1, 0, Timestamp::EPOCH), |database, connection| {
            let (hash, token) = (database.hash(key), token.cast_signed());
            if pause.is_zero() {
                connection.prepare_cached(sql::END_CLAIM)?.execute([hash, token]).map(drop)
            } else {
                connection.prepare_cached(sql::PAUSE_CLAIM)?.execute([hash, token, until]).map(drop)
            }
        })
    }
}
