//! Two workspaces with people of every role. Everything that is asked for stands in the first one.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU32, Ordering},
};

use domain::{access::Role, decision::Decision, use_case::UseCase};
use http::request;
use sqlx::PgPool;
use store::{
    CommentId, Credential, FrozenScenario, InvitationId, Invitee, NewAccount, PortfolioId, ScenarioId, Scope,
    Sharer, UseCaseId,
};

use crate::{
    matrix::{Kind, Who},
    people::{Person, first_admin, founder, invited, tomorrow},
    requests::MEASUREMENT,
    support::{Site, preset},
};

/// Stands in everything that only members of the first workspace may see.
pub const SECRETS: [&str; 2] = ["Zephyrine", "@alpha.example"];

/// Address and password of somebody who signs in with a password.
pub const PASSWORD: (&str, &str) = ("sam@alpha.example", "marmalade under seven bridges");

pub struct World {
    pub site: Site,
    /// The first admin.
    pub ada: Person,
    /// Stay as they are while pages and programs read them.
    pub portfolio: PortfolioId,
    pub use_case: UseCaseId,
    /// A comment of Ada's on that use case.
    pub comment: CommentId,
    /// Secret of a link that opens a scenario.
    pub link: String,
    /// Secret of an invitation that nobody accepts.
    pub invitation: String,
    /// People whom no request changes.
    cast: BTreeMap<Who, Person>,
    count: AtomicU32,
}

/// Somebody who asks, once.
pub struct Caller {
    pub who: Who,
    /// The person behind it; none for a stranger.
    pub person: Option<Person>,
    key: Key,
}

enum Key {
    None,
    Cookie(String),
    Token(String),
}

impl Caller {
    /// Whether the product knows who this is.
    pub fn is_known(&self) -> bool {
        !matches!(self.who, Who::Stranger | Who::Misplaced)
    }

    /// The request with what tells who asks.
    pub fn sign(&self, request: request::Builder) -> request::Builder {
        match &self.key {
            Key::None => request,
            Key::Cookie(secret) => {
                request.header("cookie", format!("{}={secret}", app::access::SESSION_COOKIE))
            }
            Key::Token(secret) => request.header("authorization", format!("Bearer {secret}")),
        }
    }
}

impl World {
    pub async fn new(pool: PgPool) -> Self {
        let site = Site::new(pool).await;
        let store = &site.store;
        let ada = first_admin(store).await;
        let portfolio = store.create_portfolio(ada.scope, "Zephyrine plans", "Zephyrine").await.unwrap();
        let mut world = Self {
            portfolio,
            // These three are set below.
            use_case: uuid::Uuid::nil().into(),
            comment: uuid::Uuid::nil().into(),
            link: String::new(),
            invitation: store.invite(ada.scope, Role::Viewer, None, tomorrow()).await.unwrap().token,
            cast: BTreeMap::new(),
            count: AtomicU32::new(0),
            ada,
            site,
        };
        world.use_case = world.new_use_case().await;
        world.comment = world.new_comment(&world.ada).await;
        let measured = serde_json::from_str(MEASUREMENT).unwrap();
        world.site.store.attach_measurement(world.ada.scope, world.use_case, &measured).await.unwrap();
        world.link = world.share("Shown to everybody").await.1;
        // What the lists of the first workspace hold, and no other list may.
        world.share("Zephyrine link").await;
        let store = &world.site.store;
        store.create_api_token(world.ada.scope, "Zephyrine export", false, tomorrow()).await.unwrap();
        store.invite(world.ada.scope, Role::Viewer, Some("zoe@alpha.example"), tomorrow()).await.unwrap();
        world.add_password().await;
        for who in Who::ALL {
            if let Some(person) = world.new_person(who).await {
                world.cast.insert(who, person);
            }
        }
        world
    }

    async fn add_password(&self) {
        let link = self.new_invitation().await;
        let account = NewAccount {
            email: PASSWORD.0.to_owned(),
            name: "Sam".to_owned(),
            credential: Credential::Password(PASSWORD.1.to_owned()),
        };
        self.site.store.accept_invitation(&link, Invitee::New(account)).await.unwrap();
    }

    /// Somebody who asks. A function may change its caller, so each is called by somebody new.
    pub async fn caller(&self, kind: Kind, who: Who) -> Caller {
        let person = match kind {
            Kind::Function => self.new_person(who).await,
            Kind::Page | Kind::Stream | Kind::Api => self.cast.get(&who).cloned(),
        };
        let by_token = (kind == Kind::Api) != (who == Who::Misplaced);
        let key = match &person {
            None => Key::None,
            Some(person) if by_token => {
                Key::Token(person.api_token(&self.site.store, who != Who::ReadOnly).await)
            }
            Some(person) => Key::Cookie(person.cookie.clone()),
        };
        Caller { who, person, key }
    }

    async fn new_person(&self, who: Who) -> Option<Person> {
        let store = &self.site.store;
        match who {
            Who::Stranger => None,
            Who::Viewer => Some(invited(store, &self.ada, Role::Viewer).await),
            Who::Editor => Some(invited(store, &self.ada, Role::Editor).await),
            Who::Reviewer => Some(invited(store, &self.ada, Role::Reviewer).await),
            Who::Admin | Who::ReadOnly | Who::Misplaced => Some(invited(store, &self.ada, Role::Admin).await),
            Who::Other => Some(founder(store, &self.ada).await),
        }
    }

    /// A number that no other thing has.
    pub fn number(&self) -> u32 {
        self.count.fetch_add(1, Ordering::Relaxed)
    }

    /// A member that nothing else depends on.
    pub async fn new_member(&self) -> Person {
        invited(&self.site.store, &self.ada, Role::Editor).await
    }

    /// The secret of an invitation that nothing else depends on.
    pub async fn new_invitation(&self) -> String {
        self.site.store.invite(self.ada.scope, Role::Viewer, None, tomorrow()).await.unwrap().token
    }

    /// The id of an invitation that nothing else depends on.
    pub async fn new_open_invitation(&self) -> InvitationId {
        self.site.store.invite(self.ada.scope, Role::Viewer, None, tomorrow()).await.unwrap().id
    }

    /// A portfolio that nothing else depends on.
    pub async fn new_portfolio(&self) -> PortfolioId {
        let name = format!("Zephyrine {}", self.number());
        self.site.store.create_portfolio(self.ada.scope, &name, "").await.unwrap()
    }

    /// A use case that nothing else depends on.
    pub async fn new_use_case(&self) -> UseCaseId {
        let (use_case, decision) = self.decided().await;
        let store = &self.site.store;
        store.create_use_case(self.ada.scope, self.portfolio, &use_case, &decision, "").await.unwrap()
    }

    /// A comment of somebody on the use case that stays.
    pub async fn new_comment(&self, by: &Person) -> CommentId {
        // In the first workspace, wherever its author works by now.
        let scope = Scope { workspace: self.ada.scope.workspace, ..by.scope };
        self.site.store.write_comment(scope, self.use_case, None, None, "Zephyrine says").await.unwrap()
    }

    /// A shared scenario of this title: its id and the secret of its link.
    pub async fn share(&self, title: &str) -> (ScenarioId, String) {
        let frozen = self.site.frozen(preset("blank")).await;
        let frozen = FrozenScenario { title: title.to_owned(), ..frozen };
        let sharer = Sharer::Team(self.ada.scope);
        let made = self.site.store.create_scenario(sharer, None, &frozen, None).await.unwrap();
        (made.id, made.token)
    }

    async fn decided(&self) -> (UseCase, Decision) {
        let draft = domain::preset::by_id("blank").unwrap().draft();
        let draft = draft.with(domain::use_case::Field::Name, format!("Zephyrine {}", self.number()));
        let frozen = self.site.frozen(UseCase::parse(&draft).unwrap()).await;
        (frozen.use_case, frozen.decision)
    }

    /// Lengths of the audit logs that a request of this caller could add to: the first workspace's and its own.
    pub async fn logs(&self, caller: &Caller) -> (i64, Option<i64>) {
        let store = &self.site.store;
        let first = store.audit_head(self.ada.scope).await.unwrap();
        match &caller.person {
            None => (first, None),
            Some(person) => (first, Some(store.audit_head(person.scope).await.unwrap())),
        }
    }
}
