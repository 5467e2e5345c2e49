//! People for the tests: who they are, the browser they sit at, and the programs that work in their name.

use std::sync::atomic::{AtomicU32, Ordering};

use domain::access::Role;
use store::{
    AccountId, Actor, Credential, Identity, Invitee, NewAccount, Scope, SessionId, Store, WorkspaceId,
};
use time::{Duration, OffsetDateTime};

/// Somebody with an account, signed in.
#[derive(Debug, Clone)]
pub struct Person {
    pub account: AccountId,
    pub session: SessionId,
    /// The secret of that session, as the browser's cookie holds it.
    pub cookie: String,
    /// The workspace it works in, in its name.
    pub scope: Scope,
}

impl Person {
    /// The secret of a new API token of this person.
    pub async fn api_token(&self, store: &Store, may_write: bool) -> String {
        store.create_api_token(self.scope, "Nightly export", may_write, tomorrow()).await.unwrap().secret
    }
}

pub fn tomorrow() -> OffsetDateTime {
    OffsetDateTime::now_utc() + Duration::days(1)
}

/// An account that signs in through its organisation, which spares the tests the hashing of a password. The
/// address tells to which team somebody belongs.
pub fn newcomer(name: &str, team: &str) -> NewAccount {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let issuer = "https://login.example.org".to_owned();
    NewAccount {
        email: format!("{}.{number}@{team}.example", name.to_lowercase()),
        name: name.to_owned(),
        credential: Credential::Identity(Identity { issuer, subject: number.to_string() }),
    }
}

/// The first administrator, let in by the set-up link.
pub async fn first_admin(store: &Store) -> Person {
    let link = store.setup_link().await.unwrap().unwrap();
    accept(store, &link, newcomer("Ada", "alpha")).await
}

/// Somebody new in the workspace of an admin.
pub async fn invited(store: &Store, by: &Person, role: Role) -> Person {
    let link = store.invite(by.scope, role, None, tomorrow()).await.unwrap().token;
    accept(store, &link, newcomer(role.name(), "alpha")).await
}

/// The admin of another workspace. Until then it was a member of the first one.
pub async fn founder(store: &Store, by: &Person) -> Person {
    let link = store.invite(by.scope, Role::Admin, None, tomorrow()).await.unwrap().token;
    let person = accept(store, &link, newcomer("Otto", "omega")).await;
    let workspace = store.found_workspace(person.account, person.session, "Omega").await.unwrap();
    store.remove_member(person.scope, person.account).await.unwrap();
    store.switch_workspace(person.account, person.session, workspace).await.unwrap();
    Person { scope: Scope { workspace, ..person.scope }, ..person }
}

async fn accept(store: &Store, link: &str, account: NewAccount) -> Person {
    let (account, workspace) = store.accept_invitation(link, Invitee::New(account)).await.unwrap();
    sign_in(store, account, workspace).await
}

/// A browser in which an account is signed in.
pub async fn sign_in(store: &Store, account: AccountId, workspace: WorkspaceId) -> Person {
    let session = store.create_session(account, "Firefox on Linux", "192.0.2.1").await.unwrap();
    let actor = Actor::Session { account, session: session.id };
    Person { account, session: session.id, cookie: session.token, scope: Scope { workspace, actor } }
}
