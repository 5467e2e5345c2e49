//! Ending in good order: finish what was begun, then stop Postgres.

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};

use crate::error::ServerError;

/// Turns the signals that ask a server to end into a count of how often it was asked.
pub(crate) struct Endings {
    asked: watch::Receiver<u32>,
}

impl Endings {
    /// Starts listening for SIGINT (Ctrl-C), SIGTERM (service managers) and SIGHUP (the terminal
    /// was closed).
    ///
    /// # Errors
    /// [`ServerError::Signals`] when the system refuses.
    pub(crate) fn listen() -> Result<Self, ServerError> {
        let (count, asked) = watch::channel(0);
        for kind in [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()] {
            let mut signal: Signal = signal(kind).map_err(ServerError::Signals)?;
            let count = count.clone();
            tokio::spawn(async move {
                while signal.recv().await.is_some() {
                    count.send_modify(|count| *count += 1);
                }
            });
        }
        Ok(Self { asked })
    }

    /// Waits until the server has been asked to end `times` times.
    pub(crate) fn asked(&self, times: u32) -> impl Future<Output = ()> + Send + 'static + use<> {
        let mut asked = self.asked.clone();
        async move {
            // The sender lives in tasks that never end, so an error means the runtime is ending.
            let _ = asked.wait_for(|count| *count >= times).await;
        }
    }
}
