//! The page in actix-web.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::mpsc;
use std::thread;

use actix_web::http::header;
use actix_web::web::{self, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, Responder, rt};
use cache_actix::{Conditional, ETagSeed, EarlyResponse, FreshWhen};

use crate::server::Counts;
use crate::state;

/// It runs on a thread of its own to the end of the test.
pub(crate) fn start(seed: Option<&str>) -> (SocketAddr, Counts) {
    let counts = Counts::default();
    let (shared, seed) = (Data::new(counts.clone()), seed.map(ETagSeed::new));
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        rt::System::new().block_on(async {
            let app = move || {
                let reading =
                    web::route().guard(actix_web::guard::fn_guard(|request| reads(request.head().method.as_str())));
                let app = App::new().app_data(shared.clone());
                let app = if let Some(seed) = &seed { app.app_data(seed.clone()) } else { app };
                app.service(web::resource("/").route(reading.to(show)).route(web::route().to(write)))
            };
            let server = HttpServer::new(app).workers(1).disable_signals();
            let server = server.bind_auto_h2c((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
            tell.send(server.addrs()[0]).expect("the test waits");
            server.run().await
        })
    });
    (told.recv().expect("it starts"), counts)
}

fn reads(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS")
}

async fn show(cond: Conditional, counts: Data<Counts>, request: HttpRequest) -> Result<impl Responder, EarlyResponse> {
    let fresh = cond.fresh_when(page(&request))?;
    let page = web::Html::new(counts.render()).customize();
    let control = request.headers().get("x-control").cloned();
    let page = match control {
        Some(control) => page.insert_header((header::CACHE_CONTROL, control)),
        None => page,
    };
    Ok(fresh.with(page))
}

/// Its error is that of actix-web, to show that `?` converts into it.
async fn write(cond: Conditional, counts: Data<Counts>, request: HttpRequest) -> actix_web::Result<HttpResponse> {
    cond.guard(page(&request))?;
    counts.write();
    Ok(HttpResponse::NoContent().finish())
}

fn page(request: &HttpRequest) -> FreshWhen {
    state::page(|name| request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned))
}
