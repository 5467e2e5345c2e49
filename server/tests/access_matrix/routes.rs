//! The routes that exist, asked of the product itself.

use std::collections::BTreeSet;

use crate::{
    matrix::{Kind, Route},
    support::Site,
};

/// Public files and addresses that answer nothing but "not found": there is nothing to be allowed.
const WITHOUT_ACCESS: [&str; 12] = [
    "/pkg",
    "/pkg/",
    "/fonts",
    "/fonts/",
    "/favicon.ico",
    "/models/{file}",
    "/demo/offline.js",
    "/demo/pkg",
    "/demo/pkg/",
    "/api/v1",
    "/api/v1/",
    "/api/v1/{*rest}",
];

/// What of the rest is posted to, besides being read.
const POSTED: [&str; 2] = ["/demo/race", "/demo/use-cases/{id}/measurements"];

/// Every page, server function and operation of the API, and whatever else the router has.
pub async fn existing(site: &Site) -> BTreeSet<Route> {
    let route = |kind, method: &str, path: &str| Route {
        kind,
        method: method.to_ascii_uppercase(),
        path: path.to_owned(),
    };
    let live = leptos_axum::generate_route_list(app::App);
    let plain = leptos_axum::generate_route_list(app::plain::PlainApp);
    let pages = live.iter().chain(&plain).map(|page| route(Kind::Page, "GET", page.path()));
    let functions =
        server_fn::axum::server_fn_paths().map(|(path, method)| route(Kind::Function, method.as_str(), path));
    let mut routes: BTreeSet<Route> = pages.chain(functions).collect();
    let description = site.get("/api/v1/openapi.json").await.json();
    for (path, item) in description["paths"].as_object().unwrap() {
        routes.extend(item.as_object().unwrap().keys().map(|method| route(Kind::Api, method, path)));
    }
    let known: BTreeSet<String> = routes.iter().map(|known| known.path.clone()).collect();
    let others: Vec<String> = printed(site).into_iter().filter(|path| !known.contains(path)).collect();
    let posted = others.iter().filter(|path| POSTED.contains(&path.as_str()));
    routes.extend(posted.map(|path| route(Kind::Stream, "POST", path)));
    routes.extend(others.iter().map(|path| route(Kind::Stream, "GET", path)));
    routes
}

/// Every path of the router. It has no list of its routes but prints them.
fn printed(site: &Site) -> BTreeSet<String> {
    let printed = format!("{:?}", site.router);
    let paths = printed.split('"').filter(|text| text.starts_with('/') && !text.contains("__private"));
    paths.filter(|path| !WITHOUT_ACCESS.contains(path)).map(str::to_owned).collect()
}
