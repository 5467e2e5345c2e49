//! Finds out who sends a request: the session of its cookie and the network address. Pages and server
//! functions read the answer with `app::access::caller`.

use app::{
    access::{Caller, SESSION_COOKIE},
    response::cookie_of,
    state::AppState,
};
use axum::{
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{Extensions, HeaderMap, header};
use std::net::SocketAddr;

use crate::{middleware::database_gate, readiness::NotReady, refusal::Asker};

/// Whether the address of a visitor is what the proxy in front says. Without a proxy anybody could say
/// anything.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BehindProxy(pub(crate) bool);

pub(crate) async fn caller(
    State((state, proxy)): State<(AppState, BehindProxy)>,
    mut request: Request,
    next: Next,
) -> Response {
    let signed_in = match cookie_of(request.headers(), SESSION_COOKIE) {
        None => None,
        Some(token) => match state.store.signed_in(&token).await {
            Ok(signed_in) => signed_in,
            // Neither taken for a stranger, whose form would be refused, nor for anybody else.
            Err(error) => {
                tracing::warn!("Nobody can be identified: {}", crate::error::with_causes(&error));
                return Asker::of(&request)
                    .refuse(database_gate::refusal(NotReady::DatabaseAway))
                    .into_response();
            }
        },
    };
    let device = request.headers().get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    let caller = Caller {
        signed_in,
        address: address(&request, proxy),
        device: device.unwrap_or_default().to_owned(),
    };
    request.extensions_mut().insert(caller);
    next.run(request).await
}

/// The network address a request comes from; empty where nobody knows.
pub(crate) fn address(request: &Request, proxy: BehindProxy) -> String {
    address_of(request.headers(), request.extensions(), proxy)
}

/// The same from the parts of a request, for those who do not have the whole of it.
pub(crate) fn address_of(
    headers: &HeaderMap,
    extensions: &Extensions,
    BehindProxy(behind): BehindProxy,
) -> String {
    let forwarded = || {
        let value = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
        // The last entry is the one our own proxy wrote; those before it are hearsay.
        value.rsplit(',').next().map(|address| address.trim().to_owned())
    };
    let direct = || extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_string());
    behind.then(forwarded).flatten().or_else(direct).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    #[test]
    fn only_a_known_proxy_is_believed() {
        let mut request = Request::new(Body::empty());
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([10, 0, 0, 9], 4711))));
        request.headers_mut().insert("x-forwarded-for", "1.2.3.4, 192.0.2.7".parse().unwrap());
        assert_eq!(address(&request, BehindProxy(false)), "10.0.0.9");
        assert_eq!(address(&request, BehindProxy(true)), "192.0.2.7");
        request.headers_mut().remove("x-forwarded-for");
        assert_eq!(address(&request, BehindProxy(true)), "10.0.0.9");
    }
}
