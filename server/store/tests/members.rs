//! Members: roles, invitations, leaving, and the API tokens that live and die with a membership.
#![allow(clippy::unwrap_used)]

mod support;

use domain::access::Role;
use sqlx::PgPool;
use store::{API_TOKEN_PREFIX, AccountId, Actor, Invitee, Scope, Store, StoreError};
use support::people::{
    Person, first_admin, founder, identity, invitation, invited, newcomer, tomorrow, with_password,
};
use support::{refusal, run, store_on, tables_that_hold};
use time::{Duration, OffsetDateTime};

async fn role_of(store: &Store, scope: Scope, account: AccountId) -> Option<Role> {
    let members = store.members(scope).await.unwrap();
    members.into_iter().find(|member| member.account == account).map(|member| member.role)
}

async fn names(store: &Store, scope: Scope) -> Vec<String> {
    store.members(scope).await.unwrap().into_iter().map(|member| member.name).collect()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn members_are_listed_by_name_with_their_roles(pool: PgPool) {
    let store = store_on(&pool);
    let ada = first_admin(&store).await;
    for (name, role) in [("cleo", Role::Reviewer), ("Bea", Role::Editor), ("Dora", Role::Viewer)] {
        invited(&store, &ada, name, role).await;
    }
    let members = store.members(ada.scope).await.unwrap();
    let listed: Vec<_> = members.iter().map(|member| (member.name.as_str(), member.role)).collect();
    assert_eq!(
        listed,
        [("Ada", Role::Admin), ("Bea", Role::Editor), ("cleo", Role::Reviewer), ("Dora", Role::Viewer)]
    );
    assert_eq!(members[1].email, "bea@example.org");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_role_is_given_to_members_of_this_workspace_only(pool: PgPool) {
    let store = store_on(&pool);
    let ada = first_admin(&store).await;
    let bea = invited(&store, &ada, "Bea", Role::Viewer).await;
    let cleo = founder(&store, &ada, "Cleo").await;
    for role in Role::ALL {
        store.set_role(ada.scope, bea.account, role).await.unwrap();
        assert_eq!(role_of(&store, ada.scope, bea.account).await, Some(role));
    }
    for (scope, account) in [(ada.scope, cleo.account), (cleo.scope, bea.account)] {
        let refused = store.set_role(scope, account, Role::Viewer).await;
        assert!(matches!(refused, Err(StoreError::NotFound)), "{refused:?}");
        let refused = store.remove_member(scope, account).await;
        assert!(matches!(refused, Err(StoreError::NotFound)), "{refused:?}");
    }
    assert_eq!(role_of(&store, cleo.scope, cleo.account).await, Some(Role::Admin));
    assert_eq!(role_of(&store, ada.scope, bea.account).await, Some(Role::Admin));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_invitation_lets_one_person_in(pool: PgPool) {
    let store = store_on(&pool);
    let ada = first_admin(&store).await;
    let link = store.invite(ada.scope, Role::Editor, None, tomorrow()).await.unwrap();
    let shown = store.invitation(&link.token).await.unwrap().unwrap();
    assert_eq!((shown.workspace.as_str(), shown.role), ("First workspace", Role::Editor));
    assert_eq!(shown.invited_by.as_deref(), Some("Ada"));
    let listed = store.invitations(ada.scope).await.unwrap();
    assert_eq!((listed.len(), listed[0].id, listed[0].role), (1, link.id, Role::Editor));
    assert_eq!(tables_that_hold(&pool, &link.token).await, Vec::<String>::new());

    let (bea, _) = store.accept_invitation(&link.token, Invitee::New(newcomer("Bea"))).await.unwrap();
    assert_eq!(role_of(&store, ada.scope, bea).await, Some(Role::Editor));
    assert_eq!(store.invitation(&link.token).await.unwrap(), None);
    assert!(store.invitations(ada.scope).await.unwrap().is_empty());
    for invitee in [Invitee::New(newcomer("Cleo")), Invitee::Known(bea), Invitee::Known(ada.account)] {
        let again = store.accept_invitation(&link.token, invitee).await;
        assert!(matches!(again, Err(StoreError::NotFound)), "{again:?}");
    }
    assert_eq!(names(&store, ada.scope).await, ["Ada", "Bea"]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn of_many_who_follow_one_link_at_once_one_gets_in(pool: PgPool) {
    let store = store_on(&pool);
    let ada = first_admin(&store).await;
    let link = invitation(&store, &ada, Role::Viewer).await;
    let crowd: Vec<_> = ["Bea", "Cleo", "Dora", "Edda", "Fay"]
        .into_iter()
        .map(|name| {
            let (store, link) = (store.clone(), link.clone());
            tokio::spawn(async move { store.accept_invitation(&link, Invitee::New(newcomer(name))).await })
        })
        .collect();
    let mut inside = Vec::new();
    for one in crowd {
        match one.await.unwrap() {
            Ok((account, _)) => inside.push(account),
            Err(error) => assert!(matches!(error, StoreError::NotFound), "{error:?}"),
        }
    }
    assert_eq!(inside.len(), 1);
    assert_eq!(store.members(ada.scope).await.unwrap().len(), 2);
    // Whoever came too late has no account either.
    let accounts: i64 = sqlx::query_scalar("SELECT count(*) FROM accounts").fetch_one(&pool).await.unwrap();
    assert_eq!(accounts, 2);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_invitation_that_expired_or_was_withdrawn_lets_nobody_in(pool: PgPool) {
    let store = store_on(&pool);
    let ada = first_admin(&store).await;
    let bea = founder(&store, &ada, "Bea").await;
    let past = OffsetDateTime::now_utc() - Duration::seconds(1);
    let expired = store.invite(ada.scope, Role::Viewer, None, past).await.unwrap();
    let revoked = store.invite(ada.scope, Role::Viewer, None, tomorrow()).await.unwrap();
    let foreign = store.revoke_invitation(bea.scope, revoked.id).await;
    assert!(matches!(foreign, Err(StoreError::NotFound)), "{foreign:?}");
    assert_eq!(store.invitations(ada.scope).await.unwrap().len(), 1);
    assert!(store.invitations(bea.scope).await.unwrap().is_empty());
    store.revoke_invitation(ada.scope, revoked.id).await.unwrap();
    let again = store.revoke_invitation(ada.scope, revoked.id).await;
    assert!(matches!(again, Err(StoreError::NotFound)), "{again:?}");

    for link in [&*expired.token, &revoked.token, "", "x", &"A".repeat(43), &ada.token] {
        assert_eq!(store.invitation(link).await.unwrap(), None);
        let refused = store.accept_invitation(link, Invitee::New(newcomer("Cleo"))).await;
        assert!(matches!(refused, Err(StoreError::NotFound)), "{refused:?}");
        let refused = store.accept_invitation(link, Invitee::Known(bea.account)).await;
        assert!(matches!(refused, Err(StoreError::NotFound)), "{refused:?}");
    }
    assert!(store.invitations(ada.scope).await.unwrap().is_empty());
    assert_eq!(names(&store, ada.scope).await, ["Ada"]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_invitation_for_an_address_gives_that_address(pool: PgPool) {
    let store = store_on(&pool);
    let ada = first_admin(&store).await;
    let link = store.invite(ada.scope, Role::Viewer, Some(" bea@example.com "), tomorrow()).await.unwrap();
    assert_eq!(
        store.invitation(&link.token).await.unwrap().unwrap().email.as_deref(),
        Some("bea@example.com")
    );
    let typed = Invitee::New(with_password("mallory@example.net", "Bea", "correct horse battery"));
    let (bea, _) = store.accept_invitation(&link.token, typed).await.unwrap();
    assert_eq!(store.account(bea).await.unwrap().email, "bea@example.com");
    assert_eq!(store.authenticate("mallory@example.net", "correct horse battery").await.unwrap(), None);
    let nonsense = store.invite(ada.scope, Role::Viewer, Some("not an address"), tomorrow()).await;
    assert!(matches!(nonsense.err(), Some(StoreError::Text { field: "email", .. })));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whoever_has_an_account_joins_with_it(pool: PgPool) {
    let store = store_on(&pool);
    let ada = first_admin(&store).await;
    let bea = founder(&store, &ada, "Bea").await;
    let link = invitation(&store, &bea, Role::Reviewer).await;
    // A second account of the same address is refused, and the link is not used up by it.
    let twin = store.accept_invitation(&link, Invitee::New(newcomer("Ada"))).await;
    assert!(matches!(twin, Err(StoreError::EmailTaken)), "{twin:?}");
    let joined = store.accept_invitation(&link, Invitee::Known(ada.account)).await.unwrap();
    assert_eq!(joined, (ada.account, bea.scope.workspace));
    let memberships = store.memberships(ada.account).await.unwrap();
    let listed: Vec<_> = memberships.iter().map(|each| (each.name.as_str(), each.role)).collect();
    assert_eq!(listed, [("Bea’s team", Role::Reviewer), ("First workspace", Role::Admin)]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_invitation_raises_a_role_and_never_lowers_it(pool: PgPool) {
    let store = store_on(&pool);
    let ada = first_admin(&store).await;
    let bea = invited(&store, &ada, "Bea", Role::Editor).await;
    for (offered, kept) in [
        (Role::Viewer, Role::Editor),
        (Role::Editor, Role::Editor),
        (Role::Reviewer, Role::Reviewer),
        (Role::Editor, Role::Reviewer),
    ] {
        let link = invitation(&store, &ada, offered).await;
        store.accept_invitation(&link, Invitee::Known(bea.account)).await.unwrap();
        assert_eq!(role_of(&store, ada.scope, bea.account).await, Some(kept));
        assert_eq!(store.invitation(&link).await.unwrap(), None);
    }
    // Least of all the last admin's.
    let link = invitation(&store, &ada, Role::Viewer).await;
    store.accept_invitation(&link, Invitee::Known(ada.account)).await.unwrap();
    assert_eq!(role_of(&store, ada.scope, ada.account).await, Some(Role::Admin));
}

/// Without an acting account a link would pass for the one that makes the first administrator.
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn only_a_person_can_invite(pool: PgPool) {
    let store = store_on(&pool);
    let ada = first_admin(&store).await;
    for actor in [Actor::System, Actor::Visitor] {
        let refused = store.invite(Scope { actor, ..ada.scope }, Role::Admin, None, tomorrow()).await;
        assert!(matches!(refused.err(), Some(StoreError::NotFound)));
    }
    assert!(store.invitations(ada.scope).await.unwrap().is_empty());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_last_admin_stays(pool: PgPool) {
    let store = store_on(&pool);
    let ada = first_admin(&store).await;
    let bea = invited(&store, &ada, "Bea", Role::Reviewer).await;
    let cleo = invited(&store, &ada, "Cleo", Role::Admin).await;
    store.set_role(cleo.scope, cleo.account, Role::Reviewer).await.unwrap();

    for (call, refused) in [
        ("leaving", store.remove_member(ada.scope, ada.account).await),
        ("being removed", store.remove_member(bea.scope, ada.account).await),
        ("stepping down", store.set_role(ada.scope, ada.account, Role::Reviewer).await),
    ] {
        assert!(matches!(refused, Err(StoreError::LastAdmin)), "{call}: {refused:?}");
    }
    // Nor can whoever writes SQL by hand.
    for statement in [
        "DELETE FROM members WHERE role = 'admin'",
        "UPDATE members SET left_at = now() WHERE role = 'admin'",
        "UPDATE members SET role = 'viewer'",
    ] {
        let said = refusal(&pool, statement).await;
        assert!(said.contains("a workspace keeps at least one admin"), "{statement}: {said}");
    }
    // An admin who left does not count as one who stays.
    store.set_role(ada.scope, cleo.account, Role::Admin).await.unwrap();
    store.remove_member(cleo.scope, cleo.account).await.unwrap();
    let refused = store.remove_member(ada.scope, ada.account).await;
    assert!(matches!(refused, Err(StoreError::LastAdmin)), "{refused:?}");
    // Nor does the admin of another workspace.
    founder(&store, &ada, "Dora").await;
    let refused = store.set_role(ada.scope, ada.account, Role::Viewer).await;
    assert!(matches!(refused, Err(StoreError::LastAdmin)), "{refused:?}");
    assert_eq!(role_of(&store, ada.scope, ada.account).await, Some(Role::Admin));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn of_admins_who_go_at_once_one_stays(pool: PgPool) {
    let store = store_on(&pool);
    let ada = first_admin(&store).await;
    for round in 0..8 {
        let workspace =
            store.found_workspace(ada.account, ada.session, &format!("Round {round}")).await.unwrap();
        let host = Person { scope: ada.at(workspace), ..ada.clone() };
        let guest = invited(&store, &host, &format!("Guest{round}"), Role::Admin).await;
        // Leaving, stepping down, and being removed by each other, in turn.
        let go = |who: &Person, other: &Person| {
            let (store, scope, own, other) = (store.clone(), who.scope, who.account, other.account);
            tokio::spawn(async move {
                match round % 3 {
                    0 => store.remove_member(scope, own).await,
                    1 => store.set_role(scope, own, Role::Viewer).await,
                    _ => store.remove_member(scope, other).await,
                }
            })
        };
        let answers = [go(&host, &guest), go(&guest, &host)];
        let mut gone = 0;
        for answer in answers {
            match answer.await.unwrap() {
                Ok(()) => gone += 1,
                Err(error) => assert!(matches!(error, StoreError::LastAdmin), "{error:?}"),
            }
        }
        let members = store.members(Scope::system(workspace)).await.unwrap();
        let admins = members.iter().filter(|member| member.role == Role::Admin).count();
        assert_eq!((gone, admins), (1, 1), "round {round}");
    }
}

/// Whoever records a change holds the log and refers to the workspace, for which Postgres locks its key for a
/// moment. A change of people that locked that key and then waited for the log would never end.
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whoever_waits_for_the_log_keeps_nobody_from_writing_it(pool: PgPool) {
    let store = store_on(&pool);
    let ada = first_admin(&store).await;
    let bea = invited(&store, &ada, "Bea", Role::Viewer).await;
    let (scope, account, workspace) = (ada.scope, bea.account, ada.scope.workspace);
    for change in 0..5 {
        let mut writer = pool.begin().await.unwrap();
        sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
            .bind(workspace.to_string())
            .execute(&mut *writer)
            .await
            .unwrap();
        let store = store.clone();
        let waiting = tokio::spawn(async move {
            match change {
                0 => store.set_role(scope, account, Role::Editor).await,
                1 => store.set_role(scope, account, Role::Admin).await,
                // Taking the role of an admin away also asks whether another one stays.
                2 => store.set_role(scope, account, Role::Viewer).await,
                3 => store.rename_workspace(scope, "Another name").await,
                _ => store.remove_member(scope, account).await,
            }
        });
        while !is_waiting_for_the_log(&pool).await {
            assert!(!waiting.is_finished(), "change {change} recorded nothing");
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        sqlx::query("SET LOCAL lock_timeout = '2s'").execute(&mut *writer).await.unwrap();
        let key = sqlx::query("SELECT 1 FROM workspaces WHERE id = $1 FOR KEY SHARE")
            .bind(workspace.uuid())
            .execute(&mut *writer)
            .await;
        assert!(key.is_ok(), "change {change}: {key:?}");
        writer.rollback().await.unwrap();
        waiting.await.unwrap().unwrap();
    }
}

async fn is_waiting_for_the_log(pool: &PgPool) -> bool {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))",
    )
    .fetch_one(pool)
    .await
    .unwrap()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_somebody_did_keeps_its_name_after_they_left(pool: PgPool) {
    let store = store_on(&pool);
    let ada = first_admin(&store).await;
    let bea = invited(&store, &ada, "Bea", Role::Editor).await;
    store.create_portfolio(bea.scope, "Bea’s portfolio", "").await.unwrap();
    store.remove_member(bea.scope, bea.account).await.unwrap();
    assert_eq!(names(&store, ada.scope).await, ["Ada"]);
    let log = store.audit_after(ada.scope, 0).await.unwrap();
    let hers: Vec<_> = log
        .iter()
        .filter(|entry| entry.account_id == Some(bea.account))
        .map(|entry| (entry.action.as_str(), entry.account_name.as_deref()))
        .collect();
    assert_eq!(
        hers,
        [("member.joined", Some("Bea")), ("portfolio.created", Some("Bea")), ("member.left", Some("Bea"))]
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whoever_comes_back_has_the_role_of_the_new_invitation(pool: PgPool) {
    let store = store_on(&pool);
    let ada = first_admin(&store).await;
    let bea = invited(&store, &ada, "Bea", Role::Admin).await;
    run(&pool, "UPDATE members SET joined_at = joined_at - interval '1 year'").await;
    store.remove_member(ada.scope, bea.account).await.unwrap();
    let gone = store.remove_member(ada.scope, bea.account).await;
    assert!(matches!(gone, Err(StoreError::NotFound)), "{gone:?}");
    let gone = store.set_role(ada.scope, bea.account, Role::Admin).await;
    assert!(matches!(gone, Err(StoreError::NotFound)), "{gone:?}");

    let link = invitation(&store, &ada, Role::Viewer).await;
    store.accept_invitation(&link, Invitee::Known(bea.account)).await.unwrap();
    let members = store.members(ada.scope).await.unwrap();
    assert_eq!((members[1].account, members[1].role), (bea.account, Role::Viewer));
    assert!(
        OffsetDateTime::now_utc() - members[1].joined_at < Duration::hours(1),
        "{}",
        members[1].joined_at
    );
    assert_eq!(store.account_of_identity(&identity("Bea")).await.unwrap(), Some(bea.account));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_workspace_is_founded_and_renamed(pool: PgPool) {
    let store = store_on(&pool);
    let ada = first_admin(&store).await;
    let blank = store.found_workspace(ada.account, ada.session, " ").await;
    assert!(matches!(blank, Err(StoreError::Text { field: "name", .. })), "{blank:?}");
    let scope = ada.at(store.found_workspace(ada.account, ada.session, "Second").await.unwrap());
    assert_eq!(role_of(&store, scope, ada.account).await, Some(Role::Admin));
    store.rename_workspace(scope, "The second").await.unwrap();
    let names: Vec<_> =
        store.memberships(ada.account).await.unwrap().into_iter().map(|each| each.name).collect();
    assert_eq!(names, ["First workspace", "The second"]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn only_the_hash_of_an_api_token_is_stored(pool: PgPool) {
    let store = store_on(&pool);
    let ada = first_admin(&store).await;
    let new = store.create_api_token(ada.scope, "Nightly report", false, tomorrow()).await.unwrap();
    let random = new.secret.strip_prefix(API_TOKEN_PREFIX).unwrap();
    assert_eq!(tables_that_hold(&pool, random).await, Vec::<String>::new());
    assert!(tables_that_hold(&pool, "Nightly report").await.contains(&"api_tokens".to_owned()));
    for text in
        ["", API_TOKEN_PREFIX, random, &new.secret.to_lowercase(), &format!("{} ", new.secret), &ada.token]
    {
        assert_eq!(store.api_access(text).await.unwrap(), None, "{text}");
    }
    // A session is not an API token, nor the other way round.
    assert_eq!(store.api_access(&format!("{API_TOKEN_PREFIX}{}", ada.token)).await.unwrap(), None);
    assert_eq!(store.signed_in(random).await.unwrap(), None);
    assert!(store.api_access(&new.secret).await.unwrap().is_some());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_api_token_acts_for_its_account_with_the_role_of_today(pool: PgPool) {
    let store = store_on(&pool);
    let ada = first_admin(&store).await;
    let bea = invited(&store, &ada, "Bea", Role::Viewer).await;
    let reads = store.create_api_token(bea.scope, "Reads", false, tomorrow()).await.unwrap();
    let writes = store.create_api_token(bea.scope, "Writes", true, tomorrow()).await.unwrap();
    for role in [Role::Viewer, Role::Admin, Role::Editor] {
        store.set_role(ada.scope, bea.account, role).await.unwrap();
        for (token, may_write) in [(&reads, false), (&writes, true)] {
            let access = store.api_access(&token.secret).await.unwrap().unwrap();
            assert_eq!((access.role, access.may_write), (role, may_write));
            assert_eq!(access.scope.workspace, bea.scope.workspace);
            assert_eq!(access.scope.actor, Actor::ApiToken { account: bea.account, token: token.id });
        }
    }
    let nobody =
        store.create_api_token(Scope::system(ada.scope.workspace), "Nobody’s", true, tomorrow()).await;
    assert!(matches!(nobody.err(), Some(StoreError::NotFound)));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_api_token_ends_by_time_or_by_hand(pool: PgPool) {
    let store = store_on(&pool);
    let ada = first_admin(&store).await;
    let bea = invited(&store, &ada, "Bea", Role::Editor).await;
    let stranger = founder(&store, &ada, "Cleo").await;
    let past = OffsetDateTime::now_utc() - Duration::seconds(1);
    let expired = store.create_api_token(ada.scope, "Expired", true, past).await.unwrap();
    assert_eq!(store.api_access(&expired.secret).await.unwrap(), None);

    let adas = store.create_api_token(ada.scope, "Ada’s", true, tomorrow()).await.unwrap();
    let beas = store.create_api_token(bea.scope, "Bea’s", true, tomorrow()).await.unwrap();
    let all = store.api_tokens(ada.scope, None).await.unwrap();
    assert_eq!(all.iter().map(|row| row.id).collect::<Vec<_>>(), [beas.id, adas.id]);
    let own = store.api_tokens(bea.scope, Some(bea.account)).await.unwrap();
    assert_eq!((own.len(), own[0].id, own[0].account_name.as_str()), (1, beas.id, "Bea"));
    assert!(store.api_tokens(stranger.scope, None).await.unwrap().is_empty());

    for (scope, of) in [(bea.scope, Some(bea.account)), (stranger.scope, None)] {
        let refused = store.revoke_api_token(scope, adas.id, of).await;
        assert!(matches!(refused, Err(StoreError::NotFound)), "{refused:?}");
    }
    assert!(store.api_access(&adas.secret).await.unwrap().is_some());
    store.revoke_api_token(bea.scope, beas.id, Some(bea.account)).await.unwrap();
    store.revoke_api_token(ada.scope, adas.id, None).await.unwrap();
    for token in [&adas, &beas] {
        assert_eq!(store.api_access(&token.secret).await.unwrap(), None);
        let again = store.revoke_api_token(ada.scope, token.id, None).await;
        assert!(matches!(again, Err(StoreError::NotFound)), "{again:?}");
    }
    assert!(store.api_tokens(ada.scope, None).await.unwrap().is_empty());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_api_token_dies_with_the_membership(pool: PgPool) {
    let store = store_on(&pool);
    let ada = first_admin(&store).await;
    let bea = invited(&store, &ada, "Bea", Role::Editor).await;
    let own = bea.at(store.found_workspace(bea.account, bea.session, "Bea’s own").await.unwrap());
    let here = store.create_api_token(bea.scope, "Here", true, tomorrow()).await.unwrap();
    let elsewhere = store.create_api_token(own, "Elsewhere", true, tomorrow()).await.unwrap();
    let adas = store.create_api_token(ada.scope, "Ada’s", true, tomorrow()).await.unwrap();
    store.remove_member(ada.scope, bea.account).await.unwrap();
    assert_eq!(store.api_access(&here.secret).await.unwrap(), None);
    assert!(store.api_access(&elsewhere.secret).await.unwrap().is_some());
    assert!(store.api_access(&adas.secret).await.unwrap().is_some());
    // Coming back does not bring it back.
    let link = invitation(&store, &ada, Role::Admin).await;
    store.accept_invitation(&link, Invitee::Known(bea.account)).await.unwrap();
    assert_eq!(store.api_access(&here.secret).await.unwrap(), None);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_use_of_an_api_token_is_noted(pool: PgPool) {
    let store = store_on(&pool);
    let ada = first_admin(&store).await;
    let new = store.create_api_token(ada.scope, "Nightly report", false, tomorrow()).await.unwrap();
    let used = async || store.api_tokens(ada.scope, None).await.unwrap()[0].last_used_at;
    assert_eq!(used().await, None);
    store.api_access(&new.secret).await.unwrap().unwrap();
    let first = used().await.unwrap();
    store.api_access(&new.secret).await.unwrap().unwrap();
    assert_eq!(used().await, Some(first));
    run(&pool, "UPDATE api_tokens SET last_used_at = now() - interval '61 seconds'").await;
    store.api_access(&new.secret).await.unwrap().unwrap();
    assert!(used().await.unwrap() >= first);
}
