//! Budgets for the LLM endpoint: counted together, never overdrawn, given back.
#![allow(clippy::unwrap_used)]

mod support;

use domain::access::Role;
use sqlx::PgPool;
use store::{RaceBudget, RaceBudgets, Scope, Spent, SpentBy, SpentOn, Store};
use support::{
    people::{first_admin, founder, invited},
    run, store_on,
};
use time::OffsetDateTime;

const fn budgets(account: (i64, i64), workspace: (i64, i64)) -> RaceBudgets {
    RaceBudgets {
        account: RaceBudget { requests: account.0, tokens: account.1 },
        workspace: RaceBudget { requests: workspace.0, tokens: workspace.1 },
    }
}

const PLENTY: (i64, i64) = (1_000, 1_000_000);

async fn lack(store: &Store, scope: Scope, budgets: &RaceBudgets, tokens: i64) -> Option<(SpentBy, SpentOn)> {
    let reserved = store.reserve_race(scope, budgets, tokens).await.unwrap();
    reserved.err().map(|Spent { by, on, .. }| (by, on))
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_person_has_so_many_prompts_and_tokens_a_day(pool: PgPool) {
    let store = store_on(&pool);
    store.seed().await.unwrap();
    let ada = first_admin(&store).await.scope;
    let may = budgets((2, 100), PLENTY);
    assert_eq!(lack(&store, ada, &may, 101).await, Some((SpentBy::Account, SpentOn::Tokens)));
    assert_eq!(lack(&store, ada, &may, 60).await, None);
    assert_eq!(lack(&store, ada, &may, 41).await, Some((SpentBy::Account, SpentOn::Tokens)));
    assert_eq!(lack(&store, ada, &may, 40).await, None, "the rest may be used up");
    assert_eq!(lack(&store, ada, &may, 0).await, Some((SpentBy::Account, SpentOn::Requests)));

    let used = store.race_use(ada).await.unwrap();
    assert_eq!(used.account, RaceBudget { requests: 2, tokens: 100 });
    assert_eq!(used.workspace, used.account);
    let now = OffsetDateTime::now_utc();
    let midnight = now.date().next_day().unwrap().midnight().assume_utc();
    assert_eq!(used.resets_at, midnight);
    let left = (midnight - now).whole_seconds();
    assert!((left - i64::from(used.resets_in)).abs() < 60, "{} {left}", used.resets_in);

    // What was used yesterday is yesterday's.
    run(&pool, "UPDATE race_uses SET day = day - 1").await;
    assert_eq!(lack(&store, ada, &may, 100).await, None);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_workspace_has_a_budget_of_its_own_and_a_person_has_one_in_all_workspaces(pool: PgPool) {
    let store = store_on(&pool);
    store.seed().await.unwrap();
    let ada = first_admin(&store).await;
    let eve = invited(&store, &ada, "Eve", Role::Editor).await;
    let otto = founder(&store, &ada, "Otto").await;
    let may = budgets((3, 1_000), (4, 1_000));
    for person in [&ada, &eve, &ada, &eve] {
        assert_eq!(lack(&store, person.scope, &may, 10).await, None);
    }
    assert_eq!(lack(&store, ada.scope, &may, 10).await, Some((SpentBy::Workspace, SpentOn::Requests)));
    // Another workspace is not touched by that...
    assert_eq!(lack(&store, otto.scope, &may, 10).await, None);
    // ...and is no second budget for somebody who has used theirs.
    let founded = store.found_workspace(ada.account, ada.session, "Ada’s second").await.unwrap();
    assert_eq!(lack(&store, ada.at(founded), &may, 10).await, None);
    assert_eq!(lack(&store, ada.at(founded), &may, 10).await, Some((SpentBy::Account, SpentOn::Requests)));
    let used = store.race_use(ada.at(founded)).await.unwrap();
    assert_eq!((used.account.requests, used.workspace.requests), (3, 1));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn prompts_at_the_same_moment_never_share_what_is_left(pool: PgPool) {
    let store = store_on(&pool);
    store.seed().await.unwrap();
    let ada = first_admin(&store).await;
    let eve = invited(&store, &ada, "Eve", Role::Editor).await;
    let may = budgets(PLENTY, (5, 1_000));
    let tries: Vec<_> = (0..20)
        .map(|index| {
            let (store, scope) = (store.clone(), if index % 2 == 0 { ada.scope } else { eve.scope });
            tokio::spawn(async move { store.reserve_race(scope, &may, 10).await.unwrap().is_ok() })
        })
        .collect();
    let mut granted = 0;
    for attempt in tries {
        granted += i32::from(attempt.await.unwrap());
    }
    assert_eq!(granted, 5);
    let used = store.race_use(ada.scope).await.unwrap().workspace;
    assert_eq!(used, RaceBudget { requests: 5, tokens: 50 });
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_a_prompt_really_took_is_what_counts(pool: PgPool) {
    let store = store_on(&pool);
    store.seed().await.unwrap();
    let ada = first_admin(&store).await.scope;
    let may = budgets(PLENTY, PLENTY);
    let reserve = async || store.reserve_race(ada, &may, 100).await.unwrap().unwrap();
    let used = async || store.race_use(ada).await.unwrap().account;

    store.settle_race(reserve().await, 30).await.unwrap();
    assert_eq!(used().await, RaceBudget { requests: 1, tokens: 30 });
    // An endpoint may count more than was thought possible.
    store.settle_race(reserve().await, 130).await.unwrap();
    assert_eq!(used().await, RaceBudget { requests: 2, tokens: 160 });
    // One that was never answered is as if it had not been.
    store.return_race(reserve().await).await.unwrap();
    assert_eq!(used().await, RaceBudget { requests: 2, tokens: 160 });
}
