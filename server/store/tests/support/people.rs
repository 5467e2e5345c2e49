//! People for the tests: who they are, and the browser they sit at.

use domain::access::Role;
use store::{
    AccountId, Actor, Credential, Identity, Invitee, NewAccount, Scope, SessionId, Store, WorkspaceId,
};
use time::{Duration, OffsetDateTime};

/// Somebody with an account, signed in.
#[derive(Clone)]
pub struct Person {
    pub account: AccountId,
    pub session: SessionId,
    /// The secret of that session.
    pub token: String,
    /// The workspace it was let into, in its name.
    pub scope: Scope,
}

impl Person {
    async fn sign_in(store: &Store, account: AccountId, workspace: WorkspaceId) -> Self {
        let session = store.create_session(account, "Firefox on Linux", "192.0.2.1").await.unwrap();
        let actor = Actor::Session { account, session: session.id };
        Self { account, session: session.id, token: session.token, scope: Scope { workspace, actor } }
    }

    /// The same person at work in another workspace.
    pub fn at(&self, workspace: WorkspaceId) -> Scope {
        Scope { workspace, ..self.scope }
    }
}

/// An account that signs in through its organisation, which spares the tests the hashing of a password.
pub fn newcomer(name: &str) -> NewAccount {
    NewAccount {
        email: format!("{}@example.org", name.to_lowercase()),
        name: name.to_owned(),
        credential: Credential::Identity(identity(name)),
    }
}

/// Who somebody of this name is at the organisation's provider.
pub fn identity(name: &str) -> Identity {
    Identity { issuer: "https://login.example.org".to_owned(), subject: name.to_lowercase() }
}

/// An account with a password.
pub fn with_password(email: &str, name: &str, password: &str) -> NewAccount {
    NewAccount {
        email: email.to_owned(),
        name: name.to_owned(),
        credential: Credential::Password(password.to_owned()),
    }
}

pub fn tomorrow() -> OffsetDateTime {
    OffsetDateTime::now_utc() + Duration::days(1)
}

/// Ada, the first administrator, let in by the set-up link.
pub async fn first_admin(store: &Store) -> Person {
    let link = store.setup_link().await.unwrap().unwrap();
    let (account, workspace) = store.accept_invitation(&link, Invitee::New(newcomer("Ada"))).await.unwrap();
    Person::sign_in(store, account, workspace).await
}

/// The secret of a new invitation for whoever holds it.
pub async fn invitation(store: &Store, by: &Person, role: Role) -> String {
    store.invite(by.scope, role, None, tomorrow()).await.unwrap().token
}

/// Somebody new whom a person lets into its workspace.
pub async fn invited(store: &Store, by: &Person, name: &str, role: Role) -> Person {
    let link = invitation(store, by, role).await;
    let (account, workspace) = store.accept_invitation(&link, Invitee::New(newcomer(name))).await.unwrap();
    Person::sign_in(store, account, workspace).await
}

/// Somebody who founded another workspace, works there, and belongs to no other.
pub async fn founder(store: &Store, by: &Person, name: &str) -> Person {
    let person = invited(store, by, name, Role::Viewer).await;
    let workspace =
        store.found_workspace(person.account, person.session, &format!("{name}’s team")).await.unwrap();
    store.remove_member(person.scope, person.account).await.unwrap();
    store.switch_workspace(person.account, person.session, workspace).await.unwrap();
    Person { scope: person.at(workspace), ..person }
}
