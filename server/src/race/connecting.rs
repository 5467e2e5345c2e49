//! How long it takes to reach the endpoint: name, connection and TLS. The HTTP client does not say, and keeps
//! connections for the next prompt, which then takes no time to reach it at all.

use std::{
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll},
    time::{Duration, Instant},
};

use tower::{Layer, Service};

tokio::task_local! {
    /// Where the time goes for whoever makes the present call.
    static CLOCK: Arc<OnceLock<Duration>>;
}

/// Makes a call, and says how long it took to connect; none if it went over a connection that was there already.
pub(super) async fn timed<F: Future>(call: F) -> (F::Output, Option<Duration>) {
    let clock = Arc::new(OnceLock::new());
    let answer = CLOCK.scope(clock.clone(), call).await;
    (answer, clock.get().copied())
}

/// Times the making of connections.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timing;

/// A connector that is timed.
#[derive(Debug, Clone)]
pub(super) struct Timed<S>(S);

impl<S> Layer<S> for Timing {
    type Service = Timed<S>;

    fn layer(&self, connector: S) -> Timed<S> {
        Timed(connector)
    }
}

impl<S, R> Service<R> for Timed<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, target: R) -> Self::Future {
        // The client asks for a connection inside the call that needs it.
        let clock = CLOCK.try_with(Arc::clone).ok();
        let connecting = self.0.call(target);
        let started = Instant::now();
        Box::pin(async move {
            let connection = connecting.await?;
            if let Some(clock) = clock {
                // A call that connects twice is told about the first time.
                let _ = clock.set(started.elapsed());
            }
            Ok(connection)
        })
    }
}
