//! Use cases: revisions, conflicts, copies, archiving, and walls between workspaces.
#![allow(clippy::unwrap_used)]

mod support;

use domain::use_case::Field;
use sqlx::PgPool;
use store::{ScenarioId, Sharer, StoreError};
use support::{Team, named, unknown};

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_revision_says_what_it_changed_and_what_was_decided(pool: PgPool) {
    let team = Team::new(&pool).await;
    let first = named("Invoices", "10M");
    let id = team.create(&first).await;
    let second = named("Invoices and receipts", "20k");
    let decision = team.decide(&second);
    let number =
        team.store.revise_use_case(team.scope, id, 1, &second, &decision, "Volume measured.").await.unwrap();
    assert_eq!(number, 2);

    let revisions = team.store.revisions(team.scope, id).await.unwrap();
    assert_eq!(revisions.iter().map(|revision| revision.number).collect::<Vec<_>>(), [2, 1]);
    let changed: Vec<Field> = revisions[0].changes.iter().map(|change| change.field).collect();
    assert_eq!(changed, [Field::Name, Field::RequestsPerMonth]);
    assert_eq!(revisions[0].changes[0].before, "Invoices");
    assert_eq!(revisions[0].note, "Volume measured.");
    assert_eq!(revisions[0].summary, decision.summary());
    assert!(revisions[1].changes.is_empty());
    assert_eq!(revisions[1].summary, team.decide(&first).summary());

    let record = team.store.use_case(team.scope, id).await.unwrap().unwrap();
    assert_eq!(record.revision, revisions[0]);
    assert_eq!(record.decision, decision);
    assert_eq!(record.portfolio_name, "Claims");
    let (old, old_decision) = team.store.revision(team.scope, id, 1).await.unwrap().unwrap();
    assert_eq!(old, revisions[1]);
    assert_eq!(old_decision, team.decide(&first));
    assert!(team.store.revision(team.scope, id, 3).await.unwrap().is_none());
    let rows = team.store.use_cases(team.scope, team.portfolio, false).await.unwrap();
    assert_eq!((rows[0].name.as_str(), rows[0].revision), ("Invoices and receipts", 2));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whoever_saves_second_is_told_of_the_first(pool: PgPool) {
    let team = Team::new(&pool).await;
    let id = team.create(&named("Invoices", "10M")).await;
    let savers: Vec<_> = (1..=5)
        .map(|number| {
            let (store, scope) = (team.store.clone(), team.scope);
            let use_case = named("Invoices", &format!("{number}k"));
            let decision = team.decide(&use_case);
            tokio::spawn(async move { store.revise_use_case(scope, id, 1, &use_case, &decision, "").await })
        })
        .collect();
    let mut saved = 0;
    for saver in savers {
        match saver.await.unwrap() {
            Ok(number) => saved += number - 1,
            Err(error) => assert!(matches!(error, StoreError::Conflict { current: 2 }), "{error:?}"),
        }
    }
    assert_eq!(saved, 1);
    assert_eq!(team.store.revisions(team.scope, id).await.unwrap().len(), 2);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn saving_what_is_there_adds_nothing(pool: PgPool) {
    let team = Team::new(&pool).await;
    let use_case = named("Invoices", "10M");
    let id = team.create(&use_case).await;
    let same = team.store.revise_use_case(team.scope, id, 1, &use_case, &team.decide(&use_case), "").await;
    assert_eq!(same.unwrap(), 1);
    // A name does not enter the decision, and yet it is a change worth keeping.
    let renamed = named("Receipts", "10M");
    let next = team.store.revise_use_case(team.scope, id, 1, &renamed, &team.decide(&renamed), "").await;
    assert_eq!(next.unwrap(), 2);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_copy_stands_beside_its_original(pool: PgPool) {
    let team = Team::new(&pool).await;
    let id = team.create(&named(&"ü".repeat(120), "10M")).await;
    let copy = team.store.duplicate_use_case(team.scope, id).await.unwrap();
    let original = team.store.use_case(team.scope, id).await.unwrap().unwrap();
    let copied = team.store.use_case(team.scope, copy).await.unwrap().unwrap();
    assert_eq!(copied.revision.number, 1);
    assert_eq!(copied.revision.use_case.title(), format!("{} (copy)", "ü".repeat(113)));
    let fields: Vec<Field> = copied
        .revision
        .use_case
        .changes_since(&original.revision.use_case)
        .into_iter()
        .map(|change| change.field)
        .collect();
    assert_eq!(fields, [Field::Name]);
    assert_eq!(copied.decision, original.decision);
    assert_eq!(copied.decision, team.decide(&copied.revision.use_case));
    assert_eq!(copied.price_book_id, original.price_book_id);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn archived_use_cases_are_listed_apart_and_come_back(pool: PgPool) {
    let team = Team::new(&pool).await;
    let use_case = named("Invoices", "10M");
    let id = team.create(&use_case).await;
    let list = |archived| team.store.use_cases(team.scope, team.portfolio, archived);
    team.store.archive_use_case(team.scope, id).await.unwrap();
    team.store.archive_use_case(team.scope, id).await.unwrap();
    assert!(list(false).await.unwrap().is_empty());
    assert!(list(true).await.unwrap()[0].archived_at.is_some());
    assert_eq!(team.store.archived_use_case_count(team.scope, team.portfolio).await.unwrap(), 1);
    let label = team.store.use_case_label(team.scope, id).await.unwrap().unwrap();
    assert_eq!((label.portfolio_id, label.name.as_str(), label.archived), (team.portfolio, "Invoices", true));
    let changed = named("Invoices", "1M");
    let revised = team.store.revise_use_case(team.scope, id, 1, &changed, &team.decide(&changed), "").await;
    assert!(matches!(revised, Err(StoreError::Archived)), "{revised:?}");
    team.store.restore_use_case(team.scope, id).await.unwrap();
    assert_eq!(list(false).await.unwrap().len(), 1);
    assert!(list(true).await.unwrap().is_empty());

    team.store.archive_portfolio(team.scope, team.portfolio).await.unwrap();
    let decision = team.decide(&use_case);
    let created = team.store.create_use_case(team.scope, team.portfolio, &use_case, &decision, "").await;
    assert!(matches!(created, Err(StoreError::Archived)), "{created:?}");
    let revised = team.store.revise_use_case(team.scope, id, 1, &changed, &team.decide(&changed), "").await;
    assert!(matches!(revised, Err(StoreError::Archived)), "{revised:?}");
    let record = team.store.use_case(team.scope, id).await.unwrap().unwrap();
    assert!(record.portfolio_archived_at.is_some() && record.archived_at.is_none());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_decision_on_unknown_prices_is_refused(pool: PgPool) {
    let team = Team::new(&pool).await;
    let use_case = unknown("Invoices");
    let mut decision = team.decide(&use_case);
    decision.provenance.price_book = "1999-12-31".to_owned();
    let refused = team.store.create_use_case(team.scope, team.portfolio, &use_case, &decision, "").await;
    assert_eq!(refused.unwrap_err().to_string(), "price book 1999-12-31 is not known here");
    let mut decision = team.decide(&use_case);
    decision.provenance.policy = "mine".to_owned();
    let refused = team.store.create_use_case(team.scope, team.portfolio, &use_case, &decision, "").await;
    assert_eq!(refused.unwrap_err().to_string(), "policy mine is not known here");
    assert!(team.store.use_cases(team.scope, team.portfolio, false).await.unwrap().is_empty());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_belongs_to_another_workspace_does_not_exist(pool: PgPool) {
    let ours = Team::new(&pool).await;
    let use_case = named("Invoices", "10M");
    let decision = ours.decide(&use_case);
    let (portfolio, id) = (ours.portfolio, ours.create(&use_case).await);
    let frozen = ours.frozen(&use_case);
    let scenario: ScenarioId =
        ours.store.create_scenario(ours.sharer(), Some(id), &frozen, None).await.unwrap().id;
    let theirs = ours.other().await;
    let (store, them) = (&theirs.store, theirs.scope);

    assert_eq!(store.portfolio(them, portfolio).await.unwrap(), None);
    assert_eq!(store.portfolio_summary(them, portfolio).await.unwrap(), None);
    assert_eq!(store.use_case(them, id).await.unwrap(), None);
    assert_eq!(store.use_case_label(them, id).await.unwrap(), None);
    assert_eq!(store.archived_use_case_count(them, portfolio).await.unwrap(), 0);
    assert_eq!(store.revision(them, id, 1).await.unwrap(), None);
    let listed = store.portfolios(them).await.unwrap();
    assert_eq!(listed.iter().map(|each| each.id).collect::<Vec<_>>(), [theirs.portfolio]);
    assert!(store.shared_scenarios(Sharer::Team(them)).await.unwrap().is_empty());

    let refusals = [
        ("use_cases", store.use_cases(them, portfolio, false).await.map(drop)),
        ("update_portfolio", store.update_portfolio(them, portfolio, "Theirs", "").await),
        ("archive_portfolio", store.archive_portfolio(them, portfolio).await),
        ("restore_portfolio", store.restore_portfolio(them, portfolio).await),
        ("create_use_case", store.create_use_case(them, portfolio, &use_case, &decision, "").await.map(drop)),
        ("revise_use_case", store.revise_use_case(them, id, 1, &use_case, &decision, "").await.map(drop)),
        ("duplicate_use_case", store.duplicate_use_case(them, id).await.map(drop)),
        ("archive_use_case", store.archive_use_case(them, id).await),
        ("restore_use_case", store.restore_use_case(them, id).await),
        ("revisions", store.revisions(them, id).await.map(drop)),
        (
            "create_scenario",
            store.create_scenario(Sharer::Team(them), Some(id), &frozen, None).await.map(drop),
        ),
        ("scenarios", store.scenarios(them, id).await.map(drop)),
        ("revoke_scenario", store.revoke_scenario(Sharer::Team(them), scenario).await),
    ];
    for (call, refusal) in refusals {
        assert!(matches!(refusal, Err(StoreError::NotFound)), "{call}: {refusal:?}");
    }
    assert_eq!(ours.store.use_case(ours.scope, id).await.unwrap().unwrap().revision.number, 1);
}
