//! `GET /events`: the stream of one open page.

use std::{convert::Infallible, time::Duration};

use app::access::Caller;
use axum::{
    Extension,
    extract::{Query, State},
    response::{
        IntoResponse, Response,
        sse::{Event, Sse},
    },
};
use futures_util::Stream;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use store::{AccountId, Scope, Store, StoreError, UseCaseId};
use tokio::{
    sync::{broadcast, mpsc, watch},
    time::{Instant, MissedTickBehavior},
};
use uuid::Uuid;

use super::hub::{Happening, Hub, Told};

/// Proxies close connections that are silent for a minute; this also keeps somebody present.
const BEAT_EVERY: Duration = Duration::from_secs(20);

/// After this a page comes back and is asked again who it is: whoever was signed out is gone by then.
const LIFETIME: Duration = Duration::from_secs(5 * 60);

/// Milliseconds after which a browser comes back.
const RETRY: Duration = Duration::from_millis(1500);

/// Events written ahead of a slow reader.
const AHEAD: usize = 64;

#[derive(Deserialize)]
pub(crate) struct Wanted {
    /// The use case on the page, if there is one.
    #[serde(default)]
    use_case: String,
    /// Number of the last event the page knows.
    after: Option<i64>,
}

/// The stream: `change` with the action and the use case for everything that happens in the caller's
/// workspace, `notification` for what the caller was notified of, `presence` with the names of the others on
/// the same page.
pub(crate) async fn events(
    State((store, hub)): State<(Store, Hub)>,
    Extension(caller): Extension<Caller>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Response {
    let Some((who, scope)) = caller.signed_in.and_then(|who| who.scope().map(|scope| (who, scope))) else {
        // Anything but 200 keeps a browser from coming back by itself.
        return StatusCode::NO_CONTENT.into_response();
    };
    let use_case: Option<UseCaseId> = wanted.use_case.parse().ok();
    let seen = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok()).or(wanted.after);
    // Subscribed before the log is read, so that nothing falls between the two.
    let (told, closing) = hub.subscribe();
    let last = match seen {
        Some(seen) => seen,
        None => match store.audit_head(scope).await {
            Ok(head) => head,
            Err(_) => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
        },
    };
    let (sender, receiver) = mpsc::channel(AHEAD);
    let page =
        Page { store, hub, scope, account: who.account, use_case, connection: Uuid::now_v7(), last, sender };
    tokio::spawn(page.run(told, closing));
    Sse::new(Received(receiver)).into_response()
}

/// What the page's task writes, as the body of the response.
struct Received(mpsc::Receiver<Event>);

impl Stream for Received {
    type Item = Result<Event, Infallible>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        self.0.poll_recv(context).map(|event| event.map(Ok))
    }
}

/// One open page.
struct Page {
    store: Store,
    hub: Hub,
    scope: Scope,
    account: AccountId,
    use_case: Option<UseCaseId>,
    connection: Uuid,
    /// Number of the last event it was told.
    last: i64,
    sender: mpsc::Sender<Event>,
}

/// Why a stream ends.
enum End {
    /// The page went away.
    Closed,
    /// The database did; the page comes back and asks again.
    Away(StoreError),
}

impl From<StoreError> for End {
    fn from(error: StoreError) -> Self {
        Self::Away(error)
    }
}

impl Page {
    async fn run(mut self, told: broadcast::Receiver<Told>, closing: watch::Receiver<bool>) {
        if let Some(use_case) = self.use_case
            && self.store.arrive(self.scope, use_case, self.connection).await.is_err()
        {
            self.use_case = None;
        }
        if let Err(End::Away(error)) = self.follow(told, closing).await {
            tracing::debug!("A stream of events ends: {error}");
        }
        if self.use_case.is_some() {
            let _ = self.store.leave(self.scope, self.connection).await;
        }
    }

    async fn follow(
        &mut self,
        mut told: broadcast::Receiver<Told>,
        mut closing: watch::Receiver<bool>,
    ) -> Result<(), End> {
        self.send(Event::default().retry(RETRY).comment("hello")).await?;
        self.catch_up().await?;
        self.presence().await?;
        let mut beat = tokio::time::interval_at(Instant::now() + BEAT_EVERY, BEAT_EVERY);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let end = tokio::time::sleep(LIFETIME);
        tokio::pin!(end);
        let gone = self.sender.clone();
        loop {
            tokio::select! {
                () = gone.closed() => return Ok(()),
                () = &mut end => return Ok(()),
                () = async { drop(closing.wait_for(|closing| *closing).await) } => return Ok(()),
                _ = beat.tick() => {
                    self.send(Event::default().comment("beat")).await?;
                    if let Some(use_case) = self.use_case {
                        self.store.stay(self.scope, use_case, self.connection).await?;
                    }
                }
                heard = told.recv() => match heard {
                    Ok(Told::Happened(happening)) if happening.workspace == self.scope.workspace => {
                        if happening.seq > self.last + 1 {
                            self.catch_up().await?;
                        }
                        if happening.seq > self.last {
                            self.tell(&happening).await?;
                        }
                        if self.is_put_out_by(&happening) {
                            return Ok(());
                        }
                    }
                    Ok(Told::Presence(workspace, use_case)) => {
                        if workspace == self.scope.workspace && Some(use_case) == self.use_case {
                            self.presence().await?;
                        }
                    }
                    Ok(Told::Happened(_)) => {}
                    Ok(Told::Look) | Err(broadcast::error::RecvError::Lagged(_)) => self.catch_up().await?,
                    Err(broadcast::error::RecvError::Closed) => return Ok(()),
                },
            }
        }
    }

    /// Tells what the log has after the last event told.
    async fn catch_up(&mut self) -> Result<(), End> {
        loop {
            let records = self.store.audit_after(self.scope, self.last).await?;
            if records.is_empty() {
                return Ok(());
            }
            for record in records {
                let happening = self.hub.happening(self.scope.workspace, record).await?;
                self.tell(&happening).await?;
            }
        }
    }

    async fn tell(&mut self, happening: &Happening) -> Result<(), End> {
        let use_case = happening.use_case.map_or_else(String::new, |id| id.to_string());
        let id = happening.seq.to_string();
        self.send(Event::default().event("change").id(&id).data(format!("{} {use_case}", happening.action)))
            .await?;
        if happening.told.contains(&self.account) {
            self.send(Event::default().event("notification").id(&id).data(&happening.action)).await?;
        }
        self.last = happening.seq;
        Ok(())
    }

    async fn presence(&mut self) -> Result<(), End> {
        let Some(use_case) = self.use_case else { return Ok(()) };
        let others = self.store.others_present(self.scope, use_case).await?;
        let others = serde_json::to_string(&others).unwrap_or_default();
        self.send(Event::default().event("presence").data(others)).await
    }

    /// Whether it takes the caller's access away, or changes it.
    fn is_put_out_by(&self, happening: &Happening) -> bool {
        happening.action.starts_with("member.")
            && happening.subject.as_deref() == Some(self.account.to_string().as_str())
    }

    async fn send(&self, event: Event) -> Result<(), End> {
        self.sender.send(event).await.map_err(|_| End::Closed)
    }
}
