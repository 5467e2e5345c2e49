//! Listens once for all streams of this server.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use store::{AccountId, AuditRecord, Heard, Scope, Store, StoreError, UseCaseId, WorkspaceId};
use tokio::sync::{broadcast, watch};

/// Events a slow stream may lag behind before it reads them from the log instead.
const BACKLOG: usize = 1024;

/// Time between two attempts to listen while the database is away.
const RETRY_EVERY: Duration = Duration::from_secs(1);

/// What streams are told.
#[derive(Debug, Clone)]
pub(crate) enum Told {
    /// Something happened in a workspace.
    Happened(Arc<Happening>),
    /// Somebody came to a use case's page or left it.
    Presence(WorkspaceId, UseCaseId),
    /// Something may have been missed: look into the log.
    Look,
}

/// An event of the audit log, as far as streams need it.
#[derive(Debug)]
pub(crate) struct Happening {
    pub(crate) workspace: WorkspaceId,
    pub(crate) seq: i64,
    pub(crate) action: String,
    pub(crate) use_case: Option<UseCaseId>,
    pub(crate) subject: Option<String>,
    /// Who was notified of it.
    pub(crate) told: Vec<AccountId>,
}

/// Passes on what happens. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Hub {
    store: Store,
    sender: broadcast::Sender<Told>,
    closing: watch::Sender<bool>,
}

impl Hub {
    pub(crate) fn new(store: Store) -> Self {
        Self { store, sender: broadcast::channel(BACKLOG).0, closing: watch::channel(false).0 }
    }

    /// What happens from now on, and whether the server is about to end.
    pub(crate) fn subscribe(&self) -> (broadcast::Receiver<Told>, watch::Receiver<bool>) {
        (self.sender.subscribe(), self.closing.subscribe())
    }

    /// Ends all streams, so that the server need not wait for them. Their pages come back to another one.
    pub(crate) fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Listens until the task is aborted.
    pub(crate) async fn run(self) {
        loop {
            if let Err(error) = self.pass_on().await {
                tracing::debug!("Not listening to the database: {error}");
            }
            tokio::time::sleep(RETRY_EVERY).await;
        }
    }

    async fn pass_on(&self) -> Result<(), StoreError> {
        let mut listener = self.store.listen().await?;
        // Before this moment nobody listened.
        let _ = self.sender.send(Told::Look);
        let mut last: BTreeMap<WorkspaceId, i64> = BTreeMap::new();
        loop {
            match listener.next().await? {
                // Sending fails when no stream is open, which is fine.
                Heard::Presence { workspace, use_case } => {
                    let _ = self.sender.send(Told::Presence(workspace, use_case));
                }
                Heard::Anything => {
                    last.clear();
                    let _ = self.sender.send(Told::Look);
                }
                Heard::Event { workspace, seq } => {
                    if self.sender.receiver_count() == 0 {
                        last.remove(&workspace);
                        continue;
                    }
                    let known = last.entry(workspace).or_insert(seq - 1);
                    if seq <= *known {
                        continue;
                    }
                    for record in self.store.audit_after(Scope::system(workspace), *known).await? {
                        *known = record.seq;
                        let happening = self.happening(workspace, record).await?;
                        let _ = self.sender.send(Told::Happened(Arc::new(happening)));
                    }
                }
            }
        }
    }

    /// An event with whom it was told to.
    pub(crate) async fn happening(
        &self,
        workspace: WorkspaceId,
        record: AuditRecord,
    ) -> Result<Happening, StoreError> {
        let told = self.store.told(Scope::system(workspace), record.seq).await?;
        Ok(Happening {
            workspace,
            seq: record.seq,
            action: record.action,
            use_case: record.use_case_id,
            subject: record.subject_id.map(|id| id.to_string()),
            told,
        })
    }
}
