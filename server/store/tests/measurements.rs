//! Measurements: attached to a use case, listed, recorded, and without effect on what was decided.
#![allow(clippy::unwrap_used)]

mod support;

use domain::access::Role;
use domain::measurement::{Adapter, Backend, Measurement, MeasurementKind};
use sqlx::PgPool;
use store::StoreError;
use support::people::{first_admin, founder, invited};
use support::{Team, measured, named, refusal};

fn endpoint() -> Measurement {
    let adapter =
        Adapter { vendor: Some("apple".to_owned()), architecture: None, description: Some("M2".to_owned()) };
    Measurement {
        kind: MeasurementKind::Api,
        backend: Backend::Api,
        adapter: Some(adapter),
        per_token_ms: None,
        ..measured()
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn measurements_come_back_as_they_were_attached_newest_first(pool: PgPool) {
    let team = Team::new(&pool).await;
    let ada = first_admin(&team.store).await;
    let eve = invited(&team.store, &ada, "Eve", Role::Editor).await;
    let id = team.create(&named("Invoices", "10M")).await;
    let before = team.store.use_case(ada.scope, id).await.unwrap().unwrap();
    assert_eq!(team.store.measurements(ada.scope, id).await.unwrap(), []);

    let first = team.store.attach_measurement(ada.scope, id, &measured()).await.unwrap();
    assert_eq!((first.use_case, first.measured_by.as_deref()), (id, Some("Ada")));
    assert_eq!(first.measurement, measured());
    let second = team.store.attach_measurement(eve.scope, id, &endpoint()).await.unwrap();
    assert_eq!(second.measurement, endpoint());
    assert_eq!(team.store.measurements(ada.scope, id).await.unwrap(), [second.clone(), first]);

    // Neither revision nor decision changed.
    assert_eq!(team.store.use_case(ada.scope, id).await.unwrap().unwrap(), before);
    let entry = team.store.timeline(ada.scope, id, 1).await.unwrap().remove(0);
    assert_eq!((entry.action.as_str(), entry.subject_id), ("measurement.attached", Some(second.id.uuid())));
    assert_eq!(entry.account_name.as_deref(), Some("Eve"));
    let after = entry.after.unwrap();
    assert_eq!(
        (after["model"].as_str(), after["total_p95_ms"].as_f64()),
        (Some(&*measured().model), Some(131.5))
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn only_a_use_case_of_ones_own_that_is_in_use_takes_a_measurement(pool: PgPool) {
    let team = Team::new(&pool).await;
    let ada = first_admin(&team.store).await;
    let otto = founder(&team.store, &ada, "Otto").await;
    let id = team.create(&named("Invoices", "10M")).await;
    let foreign = team.store.attach_measurement(otto.scope, id, &measured()).await;
    assert!(matches!(foreign, Err(StoreError::NotFound)));
    assert!(matches!(team.store.measurements(otto.scope, id).await, Err(StoreError::NotFound)));
    team.store.archive_portfolio(ada.scope, team.portfolio).await.unwrap();
    let archived = team.store.attach_measurement(ada.scope, id, &measured()).await;
    assert!(matches!(archived, Err(StoreError::Archived)));
    assert_eq!(team.store.measurements(ada.scope, id).await.unwrap(), []);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_database_itself_refuses_figures_that_are_none(pool: PgPool) {
    let team = Team::new(&pool).await;
    let id = team.create(&named("Invoices", "10M")).await;
    let workspace = team.scope.workspace;
    let insert = |kind: &str, backend: &str, figures: &str| {
        format!(
            "INSERT INTO measurements (id, workspace_id, use_case_id, kind, model, prompt_set, backend, browser_name,
                browser_version, runs, first_token_p50_ms, first_token_p95_ms, first_token_p99_ms, per_token_p50_ms,
                per_token_p95_ms, per_token_p99_ms, total_p50_ms, total_p95_ms, total_p99_ms)
             VALUES (gen_random_uuid(), '{workspace}', '{id}', '{kind}', 'm', 'p', '{backend}', 'Firefox', 1, {figures})"
        )
    };
    for (kind, backend, figures, constraint) in [
        ("api", "gpu", "1, 1,2,3, NULL,NULL,NULL, 1,2,3", "measurement_backend_of_kind"),
        ("browser_model", "api", "1, 1,2,3, NULL,NULL,NULL, 1,2,3", "measurement_backend_of_kind"),
        ("api", "api", "0, 1,2,3, NULL,NULL,NULL, 1,2,3", "measurement_runs_range"),
        ("api", "api", "1, 2,1,3, NULL,NULL,NULL, 1,2,3", "measurement_first_token_rises"),
        ("api", "api", "1, 1,2,'NaN', NULL,NULL,NULL, 1,2,3", "measurement_first_token_rises"),
        ("api", "api", "1, 1,2,3, 1,NULL,NULL, 1,2,3", "measurement_per_token_rises"),
        ("api", "api", "1, 1,2,3, 3,2,1, 1,2,3", "measurement_per_token_rises"),
        ("api", "api", "1, 1,2,3, NULL,NULL,NULL, -1,2,3", "measurement_total_rises"),
    ] {
        let said = refusal(&pool, &insert(kind, backend, figures)).await;
        assert!(said.contains(constraint), "{figures}: {said}");
    }
}
