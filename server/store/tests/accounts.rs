//! Accounts: how the first one comes into being, and how people prove who they are.
#![allow(clippy::unwrap_used)]

mod support;

use domain::access::Role;
use sqlx::PgPool;
use std::time::Instant;
use store::{AccountId, Credential, Identity, Invitee, NewAccount, StoreError, WeakPassword};
use support::people::{first_admin, identity, invitation, invited, newcomer, with_password};
use support::{run, store_on, tables_that_hold};

const PASSWORD: &str = "correct horse battery";
const OTHER_PASSWORD: &str = "staple of the horses";

async fn accounts(pool: &PgPool) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM accounts").fetch_one(pool).await.unwrap()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_set_up_link_makes_the_first_admin_and_no_other(pool: PgPool) {
    let store = store_on(&pool);
    assert!(!store.has_accounts().await.unwrap());
    let link = store.setup_link().await.unwrap().unwrap();
    let shown = store.invitation(&link).await.unwrap().unwrap();
    assert_eq!((shown.role, shown.invited_by, shown.email), (Role::Admin, None, None));
    let (ada, workspace) = store.accept_invitation(&link, Invitee::New(newcomer("Ada"))).await.unwrap();
    assert_eq!(workspace, store.first_workspace().await.unwrap());
    let memberships = store.memberships(ada).await.unwrap();
    assert_eq!(
        memberships.iter().map(|each| (each.workspace, each.role)).collect::<Vec<_>>(),
        [(workspace, Role::Admin)]
    );

    assert!(store.has_accounts().await.unwrap());
    assert_eq!(store.setup_link().await.unwrap(), None);
    let again = store.accept_invitation(&link, Invitee::New(newcomer("Bea"))).await;
    assert!(matches!(again, Err(StoreError::NotFound)), "{again:?}");
    assert_eq!(accounts(&pool).await, 1);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_first_set_up_link_that_is_used_ends_the_others(pool: PgPool) {
    let store = store_on(&pool);
    let first = store.setup_link().await.unwrap().unwrap();
    let second = store.setup_link().await.unwrap().unwrap();
    assert!(store.invitation(&first).await.unwrap().is_some());
    store.accept_invitation(&first, Invitee::New(newcomer("Ada"))).await.unwrap();
    assert_eq!(store.invitation(&second).await.unwrap(), None);
    let late = store.accept_invitation(&second, Invitee::New(newcomer("Bea"))).await;
    assert!(matches!(late, Err(StoreError::NotFound)), "{late:?}");
    assert_eq!(accounts(&pool).await, 1);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn of_two_who_set_up_at_once_one_becomes_admin(pool: PgPool) {
    let store = store_on(&pool);
    let mut links = Vec::new();
    for name in ["Ada", "Bea", "Cleo", "Dora"] {
        links.push((name, store.setup_link().await.unwrap().unwrap()));
    }
    let accept = |(name, link): (&'static str, String)| {
        let store = store.clone();
        tokio::spawn(async move { store.accept_invitation(&link, Invitee::New(newcomer(name))).await })
    };
    let people: Vec<_> = links.into_iter().map(accept).collect();
    let mut admins = 0;
    for person in people {
        match person.await.unwrap() {
            Ok(_) => admins += 1,
            Err(error) => assert!(matches!(error, StoreError::NotFound), "{error:?}"),
        }
    }
    assert_eq!(admins, 1);
    let members: i64 = sqlx::query_scalar("SELECT count(*) FROM members").fetch_one(&pool).await.unwrap();
    assert_eq!((accounts(&pool).await, members), (1, 1));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_set_up_link_ends_when_its_time_is_over(pool: PgPool) {
    let store = store_on(&pool);
    let link = store.setup_link().await.unwrap().unwrap();
    run(&pool, "UPDATE invitations SET expires_at = now() - interval '1 second'").await;
    let late = store.accept_invitation(&link, Invitee::New(newcomer("Ada"))).await;
    assert!(matches!(late, Err(StoreError::NotFound)), "{late:?}");
    // Nobody is locked out: the next start prints another.
    assert!(store.setup_link().await.unwrap().is_some());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn only_address_and_password_together_sign_in(pool: PgPool) {
    let store = store_on(&pool);
    let link = store.setup_link().await.unwrap().unwrap();
    let ada = Invitee::New(with_password(" Ada@Example.org ", "Ada", PASSWORD));
    let (ada, _) = store.accept_invitation(&link, ada).await.unwrap();
    for (email, password, expected) in [
        ("Ada@Example.org", PASSWORD, Some(ada)),
        ("ada@example.org", PASSWORD, Some(ada)),
        (" ADA@EXAMPLE.ORG\n", PASSWORD, Some(ada)),
        ("ada@example.org", OTHER_PASSWORD, None),
        ("ada@example.org", "Correct horse battery", None),
        ("ada@example.org", "correct horse battery ", None),
        ("ada@example.org", "", None),
        ("ada@example.org", &"x".repeat(1_000_000), None),
        ("bea@example.org", PASSWORD, None),
        ("%@example.org", PASSWORD, None),
        ("", "", None),
        // Postgres cannot hold this character. It is an unknown address, not a failure of the server.
        ("ada\0@example.org", PASSWORD, None),
    ] {
        assert_eq!(store.authenticate(email, password).await.unwrap(), expected, "{email:?} {password:.30}");
    }
    assert_eq!(tables_that_hold(&pool, PASSWORD).await, Vec::<String>::new());
    let hash: String =
        sqlx::query_scalar("SELECT password_hash FROM accounts").fetch_one(&pool).await.unwrap();
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
}

/// Hashing is what takes the time, so an answer that skips it is many times quicker, not a little.
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_unknown_address_takes_as_long_as_a_wrong_password(pool: PgPool) {
    let store = store_on(&pool);
    let link = store.setup_link().await.unwrap().unwrap();
    let ada = Invitee::New(with_password("ada@example.org", "Ada", PASSWORD));
    store.accept_invitation(&link, ada).await.unwrap();
    let took = async |email: &str| {
        let start = Instant::now();
        assert_eq!(store.authenticate(email, OTHER_PASSWORD).await.unwrap(), None);
        start.elapsed()
    };
    let (known, unknown) = (took("ada@example.org").await, took("bea@example.org").await);
    assert!(unknown > known / 4, "{unknown:?} against {known:?}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_new_password_ends_all_sessions_but_the_one_that_set_it(pool: PgPool) {
    let store = store_on(&pool);
    let link = store.setup_link().await.unwrap().unwrap();
    let ada = Invitee::New(with_password("ada@example.org", "Ada", PASSWORD));
    let (ada, _) = store.accept_invitation(&link, ada).await.unwrap();
    let here = store.create_session(ada, "here", "").await.unwrap();
    let there = store.create_session(ada, "there", "").await.unwrap();

    let wrong = store.change_password(ada, OTHER_PASSWORD, OTHER_PASSWORD, here.id).await;
    assert!(matches!(wrong, Err(StoreError::WrongPassword)), "{wrong:?}");
    let weak = store.change_password(ada, PASSWORD, "too short", here.id).await;
    assert!(matches!(weak, Err(StoreError::WeakPassword(WeakPassword::Short))), "{weak:?}");
    assert_eq!(store.authenticate("ada@example.org", PASSWORD).await.unwrap(), Some(ada));
    assert!(store.signed_in(&there.token).await.unwrap().is_some());

    store.change_password(ada, PASSWORD, OTHER_PASSWORD, here.id).await.unwrap();
    assert_eq!(store.authenticate("ada@example.org", PASSWORD).await.unwrap(), None);
    assert_eq!(store.authenticate("ada@example.org", OTHER_PASSWORD).await.unwrap(), Some(ada));
    assert_eq!(store.signed_in(&there.token).await.unwrap(), None);
    assert!(store.signed_in(&here.token).await.unwrap().is_some());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whoever_runs_the_server_can_reset_a_password(pool: PgPool) {
    let store = store_on(&pool);
    let ada = first_admin(&store).await;
    let bea = invited(&store, &ada, "Bea", Role::Viewer).await;
    store.reset_password("ADA@example.org", OTHER_PASSWORD).await.unwrap();
    assert_eq!(store.authenticate("ada@example.org", OTHER_PASSWORD).await.unwrap(), Some(ada.account));
    assert_eq!(store.signed_in(&ada.token).await.unwrap(), None);
    assert!(store.signed_in(&bea.token).await.unwrap().is_some());
    let nobody = store.reset_password("nobody@example.org", OTHER_PASSWORD).await;
    assert!(matches!(nobody, Err(StoreError::NotFound)), "{nobody:?}");
    let weak = store.reset_password("bea@example.org", "passwordpassword").await;
    assert!(matches!(weak, Err(StoreError::WeakPassword(WeakPassword::Breached))), "{weak:?}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_weak_password_is_refused_with_its_reason_and_costs_nothing(pool: PgPool) {
    let store = store_on(&pool);
    let link = store.setup_link().await.unwrap().unwrap();
    for (password, reason) in [
        ("fourteen chars", WeakPassword::Short),
        (&*"long enough to hash ".repeat(13), WeakPassword::Long),
        ("PasswordPassword", WeakPassword::Breached),
        ("abcabcabcabcabcabc", WeakPassword::Breached),
        ("Ada Lovelace 1815", WeakPassword::Obvious),
        ("ada.lovelace@example.org", WeakPassword::Obvious),
        ("adalovelace-example.org", WeakPassword::Obvious),
        ("parsimony-parsimony", WeakPassword::Obvious),
    ] {
        let new = with_password("ada.lovelace@example.org", "Ada Lovelace", password);
        let refused = store.accept_invitation(&link, Invitee::New(new)).await;
        assert!(
            matches!(refused, Err(StoreError::WeakPassword(given)) if given == reason),
            "{password:.40}: {refused:?}"
        );
    }
    assert_eq!(accounts(&pool).await, 0);
    let new = with_password("ada.lovelace@example.org", "Ada Lovelace", PASSWORD);
    store.accept_invitation(&link, Invitee::New(new)).await.unwrap();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn names_and_addresses_that_do_not_fit_are_refused_in_words(pool: PgPool) {
    let store = store_on(&pool);
    let link = store.setup_link().await.unwrap().unwrap();
    let long = format!("{}@example.org", "a".repeat(250));
    for (email, name, sentence) in [
        ("ada", "Ada", "the email should look like name@example.org"),
        ("@example.org", "Ada", "the email should look like name@example.org"),
        ("ada@", "Ada", "the email should look like name@example.org"),
        ("ada@one@two", "Ada", "the email should look like name@example.org"),
        ("Ada <ada@example.org>", "Ada", "the email should look like name@example.org"),
        ("", "Ada", "the email is missing"),
        (&long, "Ada", "the email has 262 characters; at most 254 fit"),
        ("ada@example.org", " ", "the name is missing"),
        ("ada@example.org", &"ä".repeat(121), "the name has 121 characters; at most 120 fit"),
    ] {
        let new = NewAccount { email: email.to_owned(), name: name.to_owned(), ..newcomer("Ada") };
        let refused = store.accept_invitation(&link, Invitee::New(new)).await.unwrap_err();
        assert_eq!(refused.to_string(), sentence);
    }
    assert_eq!(accounts(&pool).await, 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_identity_is_issuer_and_subject_and_never_the_address(pool: PgPool) {
    let store = store_on(&pool);
    let ada = first_admin(&store).await;
    assert_eq!(store.account_of_identity(&identity("Ada")).await.unwrap(), Some(ada.account));
    let elsewhere = Identity { issuer: "https://other.example.com".to_owned(), ..identity("Ada") };
    assert_eq!(store.account_of_identity(&elsewhere).await.unwrap(), None);
    assert_eq!(store.account_of_identity(&identity("Bea")).await.unwrap(), None);

    // Another provider may give Ada's address to somebody else. That person does not become Ada.
    let link = invitation(&store, &ada, Role::Viewer).await;
    let same_address = NewAccount {
        email: "ADA@example.org".to_owned(),
        name: "Adam".to_owned(),
        credential: Credential::Identity(elsewhere.clone()),
    };
    let refused = store.accept_invitation(&link, Invitee::New(same_address)).await;
    assert!(matches!(refused, Err(StoreError::EmailTaken)), "{refused:?}");
    assert_eq!(store.account_of_identity(&elsewhere).await.unwrap(), None);
    assert_eq!(accounts(&pool).await, 1);

    // The link still works for somebody with an address of their own.
    let own_address = NewAccount {
        email: "adam@example.com".to_owned(),
        name: "Adam".to_owned(),
        credential: Credential::Identity(elsewhere.clone()),
    };
    let (adam, _) = store.accept_invitation(&link, Invitee::New(own_address)).await.unwrap();
    assert_ne!(adam, ada.account);
    assert_eq!(store.account_of_identity(&elsewhere).await.unwrap(), Some(adam));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_identity_belongs_to_one_account(pool: PgPool) {
    let store = store_on(&pool);
    let ada = first_admin(&store).await;
    let bea = invited(&store, &ada, "Bea", Role::Viewer).await;
    let taken = store.link_identity(ada.account, &identity("Bea")).await;
    assert!(matches!(taken, Err(StoreError::IdentityTaken)), "{taken:?}");
    assert_eq!(store.account_of_identity(&identity("Bea")).await.unwrap(), Some(bea.account));

    let link = invitation(&store, &ada, Role::Viewer).await;
    let twin = NewAccount { credential: Credential::Identity(identity("Bea")), ..newcomer("Cleo") };
    let taken = store.accept_invitation(&link, Invitee::New(twin)).await;
    assert!(matches!(taken, Err(StoreError::IdentityTaken)), "{taken:?}");
    assert_eq!(accounts(&pool).await, 2);

    // One account may have several; linking one twice changes nothing.
    for _ in 0..2 {
        store.link_identity(ada.account, &identity("Ada at work")).await.unwrap();
    }
    assert_eq!(store.account_of_identity(&identity("Ada at work")).await.unwrap(), Some(ada.account));
    assert_eq!(store.account_of_identity(&identity("Ada")).await.unwrap(), Some(ada.account));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_account_knows_whether_it_is_linked_to_a_provider(pool: PgPool) {
    let store = store_on(&pool);
    let ada = first_admin(&store).await;
    let link = invitation(&store, &ada, Role::Viewer).await;
    let sam = Invitee::New(with_password("sam@example.org", "Sam", PASSWORD));
    let (sam, _) = store.accept_invitation(&link, sam).await.unwrap();
    assert!(store.has_identity(ada.account).await.unwrap());
    assert!(!store.has_identity(sam).await.unwrap());
    store.link_identity(sam, &identity("Sam")).await.unwrap();
    assert!(store.has_identity(sam).await.unwrap());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_account_without_a_password_is_not_opened_by_one(pool: PgPool) {
    let store = store_on(&pool);
    let ada = first_admin(&store).await;
    assert!(!store.account(ada.account).await.unwrap().has_password);
    for password in ["", PASSWORD] {
        assert_eq!(store.authenticate("ada@example.org", password).await.unwrap(), None);
    }
    // It may set one while it is signed in, and needs no present one for that.
    store.change_password(ada.account, "", PASSWORD, ada.session).await.unwrap();
    assert!(store.account(ada.account).await.unwrap().has_password);
    assert_eq!(store.authenticate("ada@example.org", PASSWORD).await.unwrap(), Some(ada.account));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn people_may_change_their_names(pool: PgPool) {
    let store = store_on(&pool);
    let ada = first_admin(&store).await;
    store.rename_account(ada.account, " Augusta ").await.unwrap();
    assert_eq!(store.account(ada.account).await.unwrap().name, "Augusta");
    let blank = store.rename_account(ada.account, " ").await;
    assert!(matches!(blank, Err(StoreError::Text { field: "name", .. })), "{blank:?}");
    let nobody = AccountId::from(ada.session.uuid());
    let unknown = store.rename_account(nobody, "Nobody").await;
    assert!(matches!(unknown, Err(StoreError::NotFound)), "{unknown:?}");
    assert!(matches!(store.account(nobody).await, Err(StoreError::NotFound)));
}
