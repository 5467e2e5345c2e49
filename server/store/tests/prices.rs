//! New prices: which book is in force, and what it does to what people approved.
#![allow(clippy::unwrap_used)]

mod support;

use domain::decision::OptionKind;
use domain::override_rate::RuleRate;
use domain::policy::Policy;
use domain::review::{Effect, ReviewState};
use domain::use_case::Field;
use domain::use_case::UseCase;
use sqlx::PgPool;
use store::{Repriced, StoreError};
use support::people::founder;
use support::prices::{elsewhere, hosted, hosted_times};
use support::review::{ReviewTeam, accounts, approvers, same_prices};
use support::{count, run};

impl ReviewTeam {
    /// Puts prices in force and decides anew what they concern, as the page does.
    async fn take_prices(&self, factor: i64, version: &str) -> Vec<Repriced> {
        self.store.add_price_book(self.scope(), &hosted_times(factor, version)).await.unwrap();
        self.store.reprice(self.scope()).await.unwrap()
    }
}

fn effects(repriced: &[Repriced]) -> Vec<(&str, &'static str)> {
    let short = |effect: Effect| match effect {
        Effect::Holds => "holds",
        Effect::Flips { .. } => "flips",
        Effect::MarginShrinks { .. } => "margin shrinks",
    };
    repriced.iter().map(|each| (each.name.as_str(), short(each.effect))).collect()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn new_prices_open_what_they_flip_and_leave_the_rest(pool: PgPool) {
    let team = ReviewTeam::new(&pool).await;
    let flips = team.approved(&hosted("Flips")).await;
    let holds = team.approved(&elsewhere("Holds")).await;
    let draft = team.written(&team.ben, &hosted("Draft")).await;
    let before = team.store.use_case(team.scope(), draft).await.unwrap().unwrap();
    team.everybody_reads().await;
    let repriced = team.take_prices(1000, "dear").await;
    assert_eq!(effects(&repriced), [("Flips", "flips"), ("Holds", "holds")]);

    let review = team.review(flips).await;
    assert_eq!((review.state(), review.missing()), (ReviewState::Proposed, 2));
    assert!(
        review.reopened().unwrap().starts_with("New prices change the answer from Hosted open-weight model")
    );
    assert_eq!(review.content().unwrap().authors, [team.ben.account].into());
    for person in [&team.ben, &team.cleo, &team.dan] {
        assert_eq!(team.unread(person).await, ["reopened"]);
    }
    assert!(team.unread(&team.eve).await.is_empty());

    let review = team.review(holds).await;
    assert_eq!(review.state(), ReviewState::Approved);
    assert_eq!(approvers(&review), accounts(&[&team.cleo, &team.dan]));
    assert_eq!(team.seen(holds).await, review.content().unwrap().hash);

    // The decision is a new one about the same revision; the one that was approved is still there.
    let record = team.store.use_case(team.scope(), flips).await.unwrap().unwrap();
    assert_eq!((record.revision.number, &*record.decision.provenance.price_book), (1, "dear"));
    assert_eq!(count(&pool, "decisions", &format!("use_case_id = '{flips}'")).await, 2);
    // Nobody counts on a draft: it keeps the decision it has until somebody edits it.
    assert_eq!(team.store.use_case(team.scope(), draft).await.unwrap().unwrap(), before);
    // Doing it again changes nothing.
    assert!(team.store.reprice(team.scope()).await.unwrap().is_empty());
    assert_eq!(team.review(flips).await.events(), 4);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn new_prices_open_what_becomes_close_by_the_rule_it_was_approved_under(pool: PgPool) {
    let team = ReviewTeam::new(&pool).await;
    let open = async |name: &str, threshold: f64| {
        let rule = domain::review::ReviewRule::new(2, false, None, 14, threshold).unwrap();
        team.store.set_review_rule(team.scope(), &rule).await.unwrap();
        team.approved(&hosted(name)).await
    };
    // By five times the price the margin shrinks, to more than nothing.
    let (never, always) = (open("Never", 0.0).await, open("Whenever it shrinks", 1.0).await);
    // A rule that is set later is about later proposals.
    let rule = domain::review::ReviewRule::new(2, false, None, 14, 0.0).unwrap();
    team.store.set_review_rule(team.scope(), &rule).await.unwrap();
    let repriced = team.take_prices(5, "dearer").await;
    assert_eq!(effects(&repriced), [("Never", "holds"), ("Whenever it shrinks", "margin shrinks")]);
    assert_eq!(team.review(never).await.state(), ReviewState::Approved);
    let review = team.review(always).await;
    assert_eq!(review.state(), ReviewState::Proposed);
    assert!(review.reopened().unwrap().starts_with("New prices leave the answer, but its margin shrinks"));
    // Growing again is no reason to look.
    assert_eq!(
        effects(&team.take_prices(1, "cheap again").await)
            .iter()
            .filter(|(_, effect)| *effect == "holds")
            .count(),
        2
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_is_proposed_is_decided_with_new_prices_too(pool: PgPool) {
    let team = ReviewTeam::new(&pool).await;
    let (flips, holds) = (team.proposed(&hosted("Flips")).await, team.proposed(&elsewhere("Holds")).await);
    let old = team.seen(flips).await;
    team.approve(&team.cleo, flips).await.unwrap();
    team.approve(&team.cleo, holds).await.unwrap();
    team.take_prices(1000, "dear").await;
    assert!(approvers(&team.review(flips).await).is_empty());
    assert_eq!(approvers(&team.review(holds).await), accounts(&[&team.cleo]));
    // Who still has the page from before on screen agrees to nothing they did not see.
    let late = team.moves(&team.dan, flips, |review, by, now| review.approve(by, &old, "", now)).await;
    assert_eq!(support::review::refused(late), domain::review::MoveRefused::Changed);
    let review = team.approve(&team.dan, holds).await.unwrap();
    assert_eq!(review.state(), ReviewState::Approved);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn earlier_prices_are_in_force_again_when_they_are_put_in_again(pool: PgPool) {
    let team = ReviewTeam::new(&pool).await;
    let id = team.approved(&hosted("Invoices")).await;
    let approved = team.seen(id).await;
    let in_force = async || team.prices().await.version.clone();
    team.take_prices(1, "first").await;
    assert_eq!(effects(&team.take_prices(1000, "second").await), [("Invoices", "flips")]);
    assert_eq!(in_force().await, "second");

    let back = team.store.add_price_book(team.scope(), &hosted_times(1, "first")).await.unwrap();
    assert_eq!((back.version.as_str(), in_force().await.as_str()), ("first", "first"));
    let logged = team.store.audit_head(team.scope()).await.unwrap();
    let entry = team.store.audit_after(team.scope(), logged - 1).await.unwrap().remove(0);
    assert_eq!(entry.action, "price_book.returned");
    assert_eq!(entry.before.unwrap()["version"], "second");
    assert_eq!(entry.after.unwrap()["version"], "first");
    assert_eq!(entry.account_id, Some(team.ada.account));
    // What is in force already is no news.
    team.store.add_price_book(team.scope(), &hosted_times(1, "first")).await.unwrap();
    assert_eq!(team.store.audit_head(team.scope()).await.unwrap(), logged);

    // Prices that come back bring back what people said to them.
    team.store.reprice(team.scope()).await.unwrap();
    let review = team.review(id).await;
    assert_eq!((review.state(), review.missing()), (ReviewState::Approved, 0));
    assert_ne!(team.seen(id).await, approved);

    // Back and forth, as often as one likes; and to the built-in ones.
    team.store.add_price_book(team.scope(), &hosted_times(1000, "second")).await.unwrap();
    assert_eq!(in_force().await, "second");
    let built_in = domain::evidence::price_book().unwrap();
    team.store.add_price_book(team.scope(), &built_in).await.unwrap();
    assert_eq!(in_force().await, built_in.version);
    assert_eq!(
        team.store.workspace_price_book(team.scope()).await.unwrap().0,
        team.store.current_price_book().await.unwrap().0
    );
    assert_eq!(count(&pool, "price_books", "true").await, 3);
    team.store.add_price_book(team.scope(), &hosted_times(1, "first")).await.unwrap();
    assert_eq!(in_force().await, "first");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_release_with_new_prices_comes_after_what_a_workspace_went_back_to(pool: PgPool) {
    let team = ReviewTeam::new(&pool).await;
    let frank = founder(&team.store, &team.ada, "Frank").await;
    let id = team.approved(&hosted("Invoices")).await;
    team.take_prices(2, "first").await;
    team.take_prices(3, "second").await;
    team.take_prices(2, "first").await;
    // Going back is nobody else’s business.
    let theirs = team.store.workspace_price_book(frank.scope).await.unwrap().1;
    assert_eq!(theirs.version, domain::evidence::price_book().unwrap().version);
    team.store.seed_with(Policy::article(), hosted_times(1000, "next release")).await.unwrap();
    assert_eq!(team.prices().await.version, "next release");
    assert_eq!(team.store.reprice_all().await.unwrap(), 1);
    assert_eq!(team.review(id).await.state(), ReviewState::Proposed);
    team.take_prices(2, "first").await;
    assert_eq!(team.prices().await.version, "first");
}

/// A decision names its prices by their version, which must therefore mean one thing.
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_version_that_names_other_prices_is_refused(pool: PgPool) {
    let team = ReviewTeam::new(&pool).await;
    let built_in = domain::evidence::price_book().unwrap();
    team.take_prices(2, "ours").await;
    for version in [&*built_in.version, "ours"] {
        let refused = team.store.add_price_book(team.scope(), &hosted_times(3, version)).await.unwrap_err();
        assert!(matches!(refused, StoreError::Text { field: "version", .. }), "{refused:?}");
        let said =
            format!("the version “{version}” names other prices already; give these a version of their own");
        assert_eq!(refused.to_string(), said);
    }
    for version in ["", " ", &"v".repeat(61)] {
        let refused = team.store.add_price_book(team.scope(), &hosted_times(3, version)).await;
        assert!(matches!(refused, Err(StoreError::Text { field: "version", .. })), "{refused:?}");
    }
    assert_eq!(team.prices().await.version, "ours");
    // In another workspace it is free.
    let frank = founder(&team.store, &team.ada, "Frank").await;
    team.store.add_price_book(frank.scope, &hosted_times(3, "ours")).await.unwrap();
    let theirs = team.store.workspace_price_book(frank.scope).await.unwrap().1;
    assert!(same_prices(&theirs, &hosted_times(3, "ours")));
    assert!(same_prices(&*team.prices().await, &hosted_times(2, "ours")));
}

/// A release may bring prices under a version that a workspace has given to its own.
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn built_in_prices_never_take_the_version_of_somebodys_own(pool: PgPool) {
    let team = ReviewTeam::new(&pool).await;
    team.take_prices(2, "2027-01-01").await;
    team.store.seed_with(Policy::article(), hosted_times(1000, "2027-01-01")).await.unwrap();
    let (book_id, book) = team.store.workspace_price_book(team.scope()).await.unwrap();
    assert_eq!(book.version, "2027-01-01.2");
    let id = team.written(&team.ben, &hosted("Invoices")).await;
    let record = team.store.use_case(team.scope(), id).await.unwrap().unwrap();
    assert_eq!(record.price_book_id, book_id);
    assert!(same_prices(
        &team.store.price_book(team.scope(), book_id).await.unwrap().unwrap(),
        &hosted_times(1000, "")
    ));
    // What the page shows of it is that book and no other, whatever it was called when it came.
    team.take_prices(2, "2027-01-01").await;
    team.store.add_price_book(team.scope(), &book).await.unwrap();
    assert_eq!(team.store.workspace_price_book(team.scope()).await.unwrap().0, book_id);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_is_restored_is_held_against_the_prices_of_today(pool: PgPool) {
    let team = ReviewTeam::new(&pool).await;
    let sent_back = async |use_case: &UseCase| {
        let id = team.approved(use_case).await;
        let more = use_case.to_draft().with(Field::RequestsPerMonth, "20M");
        team.edit(&team.ben, id, &UseCase::parse(&more).unwrap()).await;
        team.propose(&team.ben, id).await.unwrap();
        team.request_changes(&team.eve, id).await.unwrap();
        id
    };
    let (flips, holds) = (sent_back(&hosted("Flips")).await, sent_back(&elsewhere("Holds")).await);
    // Neither waits for an answer, so the new prices leave both alone.
    assert!(team.take_prices(1000, "dear").await.is_empty());
    team.everybody_reads().await;

    assert_eq!(team.store.restore_approved(team.ben.scope, flips).await.unwrap(), 3);
    let review = team.review(flips).await;
    assert_eq!(review.state(), ReviewState::Proposed);
    assert!(review.reopened().unwrap().starts_with("New prices change the answer"));
    assert_eq!(team.unread(&team.cleo).await, ["reopened"]);
    let actions = team.actions(flips).await;
    assert_eq!(actions[actions.len() - 3..], ["use_case.revised", "review.restored", "review.reopened"]);

    assert_eq!(team.store.restore_approved(team.ben.scope, holds).await.unwrap(), 3);
    let review = team.review(holds).await;
    assert_eq!(review.state(), ReviewState::Approved);
    assert_eq!(approvers(&review), accounts(&[&team.cleo, &team.dan]));
    for id in [flips, holds] {
        let record = team.store.use_case(team.scope(), id).await.unwrap().unwrap();
        assert_eq!(record.decision.provenance.price_book, "dear");
        assert_eq!(record.decision.provenance.content_hash, team.review(id).await.content().unwrap().hash);
    }
    // Nothing is left for the next time to find.
    assert!(team.store.reprice(team.scope()).await.unwrap().is_empty());
    assert_eq!(
        team.store.verify_audit(team.scope()).await.unwrap().unwrap().entries,
        team.store.audit_head(team.scope()).await.unwrap()
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn servers_that_reprice_at_once_do_it_once(pool: PgPool) {
    let team = ReviewTeam::new(&pool).await;
    let id = team.approved(&hosted("Invoices")).await;
    team.store.add_price_book(team.scope(), &hosted_times(1000, "dear")).await.unwrap();
    let servers: Vec<_> = (0..4)
        .map(|_| {
            let store = support::store_on(&pool);
            tokio::spawn(async move { store.reprice_all().await.unwrap() })
        })
        .collect();
    let mut changed = 0;
    for server in servers {
        changed += server.await.unwrap();
    }
    assert_eq!(changed, 1);
    assert_eq!(team.review(id).await.events(), 4);
}

fn corrected(rates: &[RuleRate]) -> Vec<(u32, u32)> {
    rates
        .iter()
        .filter(|rate| rate.rule.starts_with("Flowchart"))
        .map(|rate| (rate.reviewed, rate.corrected))
        .collect()
}

/// What counts is what reviewers last agreed to, whatever happened to it since.
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn rules_count_as_corrected_by_what_was_approved(pool: PgPool) {
    let team = ReviewTeam::new(&pool).await;
    let rates = async || corrected(&team.store.override_rates(team.scope()).await.unwrap());
    let id = team.approved(&hosted("Invoices")).await;
    assert_eq!(rates().await, [(1, 0)]);
    // Somebody’s wish to override is no correction before others agree.
    team.put_in_place(&team.eve, id, OptionKind::SelfHostedSlm).await.unwrap();
    assert_eq!(rates().await, [(1, 0)]);
    team.approve(&team.cleo, id).await.unwrap();
    team.approve(&team.dan, id).await.unwrap();
    assert_eq!(rates().await, [(1, 1)]);
    // It stays one when its time is over, and when prices change the engine’s answer: they overrode the old one.
    assert_eq!(team.in_days(11).await, 1);
    assert_eq!(rates().await, [(1, 1)]);
    let old = team.store.override_rates(team.scope()).await.unwrap();
    team.take_prices(1000, "dear").await;
    assert_eq!(team.store.override_rates(team.scope()).await.unwrap(), old);
    // Agreeing to the engine again replaces it.
    team.approve(&team.cleo, id).await.unwrap();
    team.approve(&team.dan, id).await.unwrap();
    assert!(rates().await.iter().all(|(_, corrected)| *corrected == 0));
    let frank = founder(&team.store, &team.ada, "Frank").await;
    assert!(team.store.override_rates(frank.scope).await.unwrap().is_empty());
}

/// A database from before somebody could go back to earlier prices has no returns, and needs none.
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_newest_of_both_kinds_is_in_force_without_any_return(pool: PgPool) {
    let team = ReviewTeam::new(&pool).await;
    team.take_prices(2, "first").await;
    team.take_prices(3, "second").await;
    assert_eq!(count(&pool, "price_book_returns", "true").await, 0);
    assert_eq!(team.prices().await.version, "second");
    run(&pool, "ALTER TABLE price_books DISABLE TRIGGER price_books_append_only").await;
    run(&pool, "UPDATE price_books SET created_at = now() - interval '1 day' WHERE version = 'second'").await;
    assert_eq!(team.prices().await.version, "first");
}
