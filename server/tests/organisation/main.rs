//! Signing in through an organisation: whom the site lets in, and what it makes of answers that prove nothing. The
//! provider is one that can be told to lie; the browser tests do the same with a real one.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../api/people.rs"]
#[allow(dead_code)]
mod people;
mod provider;
#[path = "../api/support.rs"]
#[allow(dead_code)]
mod support;

use std::collections::BTreeMap;

use app::access::SESSION_COOKIE;
use axum::body::Body;
use domain::access::Role;
use http::{Request, StatusCode, header};
use people::{Person, first_admin, invited, tomorrow};
use provider::Provider;
use serde_json::{Value, json};
use sqlx::PgPool;
use store::{Identity, SignedIn};
use support::{Answer, Site};

const DOOR: &str = "/sign-in/organisation";
const CALLBACK: &str = "/sign-in/organisation/callback";
const FAILED: &str = "/sign-in?refused=organisation_failed";

/// A browser, which keeps cookies.
struct Browser<'a> {
    site: &'a Site,
    cookies: BTreeMap<String, String>,
}

impl<'a> Browser<'a> {
    fn new(site: &'a Site) -> Self {
        Self { site, cookies: BTreeMap::new() }
    }

    fn of(site: &'a Site, person: &Person) -> Self {
        let session = (SESSION_COOKIE.to_owned(), person.cookie.clone());
        Self { site, cookies: BTreeMap::from([session]) }
    }

    async fn get(&mut self, path: &str) -> Answer {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = Request::get(path).header(header::COOKIE, cookies.join("; "));
        let answer = self.site.send(request.body(Body::empty()).unwrap()).await;
        for cookie in answer.headers.get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        answer
    }

    /// Where an address leads.
    async fn led(&mut self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}: {answer:?}");
        assert_eq!(answer.header(header::CACHE_CONTROL), "no-store");
        answer.header(header::LOCATION).to_owned()
    }

    /// Goes to the provider and comes back; where that leads.
    async fn go(&mut self, provider: &Provider, door: &str) -> String {
        let address = self.led(door).await;
        let back = provider.visit(&address);
        self.led(&format!("{CALLBACK}?{back}")).await
    }

    async fn signed_in(&self) -> Option<SignedIn> {
        self.site.store.signed_in(self.cookies.get(SESSION_COOKIE)?).await.unwrap()
    }

    /// The way to link an account, as its settings offer it.
    fn link(&self) -> String {
        format!("{DOOR}?link={}", store::session_proof(&self.cookies[SESSION_COOKIE]))
    }
}

fn grace() -> Value {
    json!({ "email": "grace@example.org", "name": "Grace Hopper" })
}

async fn invitation(site: &Site, admin: &Person, email: Option<&str>) -> String {
    site.store.invite(admin.scope, Role::Editor, email, tomorrow()).await.unwrap().token
}

/// A site with an admin, and its provider.
async fn site(pool: PgPool) -> (Site, Provider, Person) {
    let provider = Provider::start().await;
    let site = Site::with_provider(pool, &provider.issuer).await;
    let admin = first_admin(&site.store).await;
    (site, provider, admin)
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_invited_person_joins_and_is_the_same_person_afterwards(pool: PgPool) {
    let (site, provider, admin) = site(pool).await;
    provider.vouch_for("grace", grace());
    let token = invitation(&site, &admin, None).await;
    let mut browser = Browser::new(&site);
    assert_eq!(browser.go(&provider, &format!("{DOOR}?invitation={token}")).await, "/portfolios");
    let joined = browser.signed_in().await.unwrap();
    assert_eq!((joined.name.as_str(), joined.email.as_str()), ("Grace Hopper", "grace@example.org"));
    assert_eq!(joined.workspace.unwrap().role, Role::Editor);
    assert!(!site.store.account(joined.account).await.unwrap().has_password);

    // By subject, whatever else the provider says about her meanwhile.
    provider.vouch_for("grace", json!({ "email": "hopper@example.com", "name": "Rear Admiral Hopper" }));
    let mut other = Browser::new(&site);
    assert_eq!(other.go(&provider, &format!("{DOOR}?next=/reviews%3Fa=1")).await, "/reviews?a=1");
    let again = other.signed_in().await.unwrap();
    assert_eq!((again.account, again.email.as_str()), (joined.account, "grace@example.org"));
    assert_ne!(again.session, joined.session);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whoever_has_the_same_address_is_somebody_else(pool: PgPool) {
    let (site, provider, admin) = site(pool).await;
    provider.vouch_for("grace", grace());
    let token = invitation(&site, &admin, None).await;
    Browser::new(&site).go(&provider, &format!("{DOOR}?invitation={token}")).await;

    provider.vouch_for("gracie", grace());
    let mut browser = Browser::new(&site);
    assert_eq!(browser.go(&provider, DOOR).await, "/sign-in?refused=no_account_yet");
    assert_eq!(browser.signed_in().await, None);
    // Not by an invitation either, which stays good.
    let token = invitation(&site, &admin, None).await;
    let led = browser.go(&provider, &format!("{DOOR}?invitation={token}")).await;
    assert_eq!(led, format!("/invitations/{token}?form=account&refused=email_taken"));
    assert!(site.store.invitation(&token).await.unwrap().is_some());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_answer_that_proves_nothing_lets_nobody_in(pool: PgPool) {
    let (site, provider, admin) = site(pool).await;
    let identity = Identity { issuer: provider.issuer.clone(), subject: "ada".to_owned() };
    site.store.link_identity(admin.account, &identity).await.unwrap();
    for (what, lie) in [
        ("another errand", json!({ "nonce": "another" })),
        ("no errand", json!({ "nonce": null })),
        ("another site", json!({ "aud": "another" })),
        ("another site too", json!({ "aud": ["parsimony", "another"] })),
        ("another provider", json!({ "iss": "https://login.example.org" })),
        ("long ago", json!({ "exp": 1_000_000_000, "iat": 1_000_000_000 })),
    ] {
        provider.vouch_for("ada", lie);
        let mut browser = Browser::new(&site);
        assert_eq!(browser.go(&provider, DOOR).await, FAILED, "{what}");
        assert_eq!(browser.signed_in().await, None, "{what}");
    }
    provider.vouch_for("ada", json!({}));
    provider.tell(|script| script.secret = "hunter3".to_owned());
    assert_eq!(Browser::new(&site).go(&provider, DOOR).await, FAILED);

    // The same without a lie.
    provider.vouch_for("ada", json!({}));
    let mut browser = Browser::new(&site);
    assert_eq!(browser.go(&provider, DOOR).await, "/portfolios");
    assert_eq!(browser.signed_in().await.unwrap().account, admin.account);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_answer_is_good_in_the_browser_that_was_sent_and_once(pool: PgPool) {
    let (site, provider, admin) = site(pool).await;
    let identity = Identity { issuer: provider.issuer.clone(), subject: "ada".to_owned() };
    site.store.link_identity(admin.account, &identity).await.unwrap();
    provider.vouch_for("ada", json!({}));

    let mut sent = Browser::new(&site);
    let answer = provider.visit(&sent.led(DOOR).await);
    let callback = format!("{CALLBACK}?{answer}");
    assert_eq!(Browser::new(&site).led(&callback).await, FAILED);
    // Somebody on an errand of their own does not get hers.
    let mut thief = Browser::new(&site);
    thief.led(DOOR).await;
    assert_eq!(thief.led(&callback).await, FAILED);
    assert_eq!(thief.signed_in().await, None);

    assert_eq!(sent.led(&callback).await, "/portfolios");
    assert_eq!(sent.led(&callback).await, "/settings?failed=organisation_failed");
    for nonsense in ["", "?state=x", "?code=x", "?code=x&code=y", "?state=&code=x"] {
        assert_eq!(Browser::new(&site).led(&format!("{CALLBACK}{nonsense}")).await, FAILED, "{nonsense}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn signing_in_ends_the_session_that_was_there(pool: PgPool) {
    let (site, provider, admin) = site(pool).await;
    let identity = Identity { issuer: provider.issuer.clone(), subject: "ada".to_owned() };
    site.store.link_identity(admin.account, &identity).await.unwrap();
    provider.vouch_for("ada", json!({}));
    let viewer = invited(&site.store, &admin, Role::Viewer).await;
    let mut browser = Browser::of(&site, &viewer);
    browser.go(&provider, DOOR).await;
    assert_eq!(browser.signed_in().await.unwrap().account, admin.account);
    assert_eq!(site.store.signed_in(&viewer.cookie).await.unwrap(), None);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn only_its_own_session_links_an_account(pool: PgPool) {
    let (site, provider, admin) = site(pool).await;
    let identity = Identity { issuer: provider.issuer.clone(), subject: "mallory".to_owned() };
    let viewer = invited(&site.store, &admin, Role::Viewer).await;
    provider.vouch_for("mallory", json!({}));

    // Another site sends the admin's browser there, in which it has signed in Mallory at the provider.
    let mut browser = Browser::of(&site, &admin);
    for door in [format!("{DOOR}?link=x"), Browser::of(&site, &viewer).link()] {
        assert_eq!(browser.led(&door).await, "/settings?failed=organisation_failed");
    }
    assert_eq!(browser.go(&provider, DOOR).await, "/settings?failed=no_account_yet");

    // Mallory begins, and the admin's browser comes back.
    let mut mallory = Browser::of(&site, &viewer);
    let answer = provider.visit(&mallory.led(&mallory.link()).await);
    mallory.cookies.insert(SESSION_COOKIE.to_owned(), admin.cookie.clone());
    assert_eq!(mallory.led(&format!("{CALLBACK}?{answer}")).await, "/settings?failed=organisation_failed");
    assert_eq!(site.store.account_of_identity(&identity).await.unwrap(), None);

    // A stranger has nothing to link.
    assert_eq!(Browser::new(&site).led(&format!("{DOOR}?link=x")).await, FAILED);

    // The settings of the one who is signed in.
    assert_eq!(browser.go(&provider, &browser.link()).await, "/settings?done=linked");
    assert_eq!(site.store.account_of_identity(&identity).await.unwrap(), Some(admin.account));
    let mut other = Browser::of(&site, &viewer);
    assert_eq!(other.go(&provider, &other.link()).await, "/settings?failed=identity_taken");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whoever_is_known_accepts_an_invitation_and_works_there(pool: PgPool) {
    let (site, provider, admin) = site(pool).await;
    let otto = people::founder(&site.store, &admin).await;
    let identity = Identity { issuer: provider.issuer.clone(), subject: "otto".to_owned() };
    site.store.link_identity(otto.account, &identity).await.unwrap();
    provider.vouch_for("otto", json!({}));
    let token = invitation(&site, &admin, None).await;
    let mut browser = Browser::new(&site);
    assert_eq!(browser.go(&provider, &format!("{DOOR}?invitation={token}")).await, "/portfolios");
    let signed_in = browser.signed_in().await.unwrap();
    assert_eq!(signed_in.account, otto.account);
    assert_eq!(signed_in.workspace.unwrap().workspace, admin.scope.workspace);

    let meant = invitation(&site, &admin, Some("somebody@else.example")).await;
    let led = Browser::new(&site).go(&provider, &format!("{DOOR}?invitation={meant}")).await;
    assert_eq!(led, format!("/invitations/{meant}?form=account&refused=not_invited"));
    let led = Browser::new(&site).go(&provider, &format!("{DOOR}?invitation={token}")).await;
    assert_eq!(led, format!("/invitations/{token}?form=account&refused=gone"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_the_token_leaves_out_is_asked_for(pool: PgPool) {
    let (site, provider, admin) = site(pool).await;
    provider.vouch_for("grace", json!({}));
    let token = invitation(&site, &admin, None).await;
    let door = format!("{DOOR}?invitation={token}");
    let nameless = format!("/invitations/{token}?form=account&refused=organisation_without_email");
    assert_eq!(Browser::new(&site).go(&provider, &door).await, nameless);
    // What it says about somebody else is not believed.
    provider.tell(|script| script.profile = json!({ "sub": "ada", "email": "ada@example.org" }));
    assert_eq!(Browser::new(&site).go(&provider, &door).await, nameless);

    provider.tell(|script| {
        script.profile = json!({ "sub": "grace", "email": "grace@example.org", "given_name": "Grace" });
    });
    let mut browser = Browser::new(&site);
    assert_eq!(browser.go(&provider, &door).await, "/portfolios");
    let joined = browser.signed_in().await.unwrap();
    assert_eq!((joined.name.as_str(), joined.email.as_str()), ("Grace", "grace@example.org"));

    // An invitation that names somebody needs nothing else.
    provider.vouch_for("alan", json!({}));
    let token = invitation(&site, &admin, Some("alan@example.org")).await;
    let mut browser = Browser::new(&site);
    browser.go(&provider, &format!("{DOOR}?invitation={token}")).await;
    let joined = browser.signed_in().await.unwrap();
    assert_eq!((joined.name.as_str(), joined.email.as_str()), ("alan", "alan@example.org"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whoever_the_provider_sends_back_is_told_why(pool: PgPool) {
    let (site, provider, admin) = site(pool).await;
    let token = invitation(&site, &admin, None).await;
    for (error, code) in [
        ("access_denied", "organisation_declined"),
        ("server_error", "organisation_away"),
        ("invalid_scope", "organisation_failed"),
    ] {
        for (door, page) in [
            (DOOR.to_owned(), "/sign-in?".to_owned()),
            (format!("{DOOR}?next=/reviews"), "/sign-in?next=%2Freviews&".to_owned()),
            (format!("{DOOR}?invitation={token}"), format!("/invitations/{token}?form=account&")),
        ] {
            let mut browser = Browser::new(&site);
            let answer = provider.visit(&browser.led(&door).await);
            let state = answer.split_once("&state=").unwrap().1;
            let led = browser.led(&format!("{CALLBACK}?error={error}&state={state}")).await;
            assert_eq!(led, format!("{page}refused={code}"));
        }
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_provider_that_is_away_keeps_nobody_waiting(pool: PgPool) {
    let site = Site::new(pool).await;
    let admin = first_admin(&site.store).await;
    for _ in 0..2 {
        assert_eq!(Browser::new(&site).led(DOOR).await, "/sign-in?refused=organisation_away");
    }
    let mut browser = Browser::of(&site, &admin);
    assert_eq!(browser.led(&browser.link()).await, "/settings?failed=organisation_away");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn guessing_is_stopped(pool: PgPool) {
    let (site, provider, _) = site(pool).await;
    let guess = format!("{CALLBACK}?code=forged&state=forged");
    for _ in 0..app::limits::TOKEN_MISSES.attempts {
        assert_eq!(Browser::new(&site).led(&guess).await, FAILED);
    }
    assert_eq!(Browser::new(&site).led(&guess).await, "/sign-in?refused=too_many");
    provider.vouch_for("grace", grace());
    assert_eq!(Browser::new(&site).go(&provider, DOOR).await, "/sign-in?refused=too_many");
}
