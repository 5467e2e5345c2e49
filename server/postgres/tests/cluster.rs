//! Real Postgres processes: first start, restarts, kills, stale files, rivals, half-finished work.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod scratch;

use std::{fs, os::unix::fs::PermissionsExt, thread};

use embedded_postgres::{Cluster, ClusterConfig, ClusterError, Durability, Running};
use scratch::{Scratch, kill, rows, wait_until};

#[test]
fn the_first_start_makes_a_durable_cluster_without_a_tcp_port() {
    let scratch = Scratch::new("first");
    let cluster = scratch.start();
    let show = |setting: &str| rows(&cluster, &format!("SHOW {setting}")).remove(0);
    assert_eq!(show("listen_addresses"), "");
    assert_eq!(show("fsync"), "on");
    assert_eq!(show("synchronous_commit"), "on");
    assert_eq!(show("full_page_writes"), "on");
    assert_eq!(show("data_checksums"), "on");
    assert_eq!(show("server_encoding"), "UTF8");
    let socket_folder = fs::metadata(cluster.socket_folder()).unwrap();
    assert_eq!(socket_folder.permissions().mode() & 0o777, 0o700);
    assert!(cluster.url("parsimony").starts_with("postgres://parsimony@localhost:5432/parsimony?host=%2F"));
}

#[test]
fn a_restart_keeps_the_data_and_recovers_nothing() {
    let scratch = Scratch::new("restart");
    let cluster = scratch.start();
    cluster.ensure_database("kept").unwrap();
    cluster.ensure_database("kept").unwrap();
    rows(&cluster, "CREATE TABLE t (n int); INSERT INTO t VALUES (7)");
    cluster.stop().unwrap();
    assert_eq!(cluster.postmaster_pid(), None);
    cluster.stop().unwrap();
    drop(cluster);

    let cluster = scratch.start();
    assert_eq!(rows(&cluster, "SELECT n FROM t"), ["7"]);
    assert_eq!(rows(&cluster, "SELECT datname FROM pg_database WHERE datname = 'kept'"), ["kept"]);
    let log = fs::read_to_string(cluster.folder().join("log/postgres.log")).unwrap();
    assert!(!log.contains("not properly shut down"), "{log}");
}

#[test]
fn a_postmaster_that_outlives_its_server_is_found_again() {
    let scratch = Scratch::new("reattach");
    let cluster = scratch.start();
    let first = cluster.postmaster_pid().unwrap();
    rows(&cluster, "CREATE TABLE t (n int); INSERT INTO t VALUES (7)");
    // Dropping stops nothing: for Postgres this is the same as a killed server.
    drop(cluster);

    let cluster = Cluster::open(scratch.config()).unwrap();
    assert_eq!(cluster.ensure_running().unwrap(), Running::Found);
    assert_eq!(cluster.postmaster_pid(), Some(first));
    assert_eq!(rows(&cluster, "SELECT n FROM t"), ["7"]);
}

#[test]
fn a_killed_postmaster_is_restarted_and_keeps_committed_rows() {
    let scratch = Scratch::new("killed");
    let cluster = scratch.start();
    rows(&cluster, "CREATE TABLE t (n int); INSERT INTO t SELECT generate_series(1, 500)");
    let first = cluster.postmaster_pid().unwrap();
    kill(first);
    wait_until("the postmaster is gone", || cluster.postmaster_pid().is_none());

    assert_eq!(cluster.ensure_running().unwrap(), Running::Started);
    assert_ne!(cluster.postmaster_pid(), Some(first));
    assert_eq!(rows(&cluster, "SELECT count(*) FROM t"), ["500"]);
}

#[test]
fn a_stale_lock_file_that_names_a_living_stranger_is_seen_through() {
    let scratch = Scratch::new("stale");
    let cluster = scratch.start();
    rows(&cluster, "CREATE TABLE t (n int); INSERT INTO t VALUES (7)");
    let lock = cluster.folder().join("data/postmaster.pid");
    let text = fs::read_to_string(&lock).unwrap();
    kill(cluster.postmaster_pid().unwrap());
    wait_until("the postmaster is gone", || cluster.postmaster_pid().is_none());
    // Process ids are reused: make the file name this test, which is alive and no postmaster.
    let (_, rest) = text.split_once('\n').unwrap();
    fs::write(&lock, format!("{}\n{rest}", std::process::id())).unwrap();
    assert_eq!(cluster.ensure_running().unwrap(), Running::Started);
    assert_eq!(rows(&cluster, "SELECT n FROM t"), ["7"]);

    // A power cut can leave the file empty, and Postgres alone would refuse to start.
    kill(cluster.postmaster_pid().unwrap());
    wait_until("the postmaster is gone", || cluster.postmaster_pid().is_none());
    fs::write(&lock, "").unwrap();
    assert_eq!(cluster.ensure_running().unwrap(), Running::Started);
    assert_eq!(rows(&cluster, "SELECT n FROM t"), ["7"]);
}

#[test]
fn a_second_server_on_the_same_folder_is_refused_in_a_sentence() {
    let scratch = Scratch::new("second");
    let cluster = scratch.start();
    let error = Cluster::open(scratch.config()).unwrap_err();
    assert!(matches!(&error, ClusterError::InUse { pid: Some(pid), .. } if *pid == std::process::id()));
    assert!(error.to_string().contains("PARSIMONY_DATA_DIR"), "{error}");
    assert!(!error.is_temporary());
    assert!(cluster.postmaster_pid().is_some());
}

#[test]
fn many_starters_at_once_end_up_with_one_postmaster() {
    let scratch = Scratch::new("rivals");
    let starters: Vec<_> = (0..4)
        .map(|_| {
            let mut config = scratch.config();
            config.lock_patience = scratch::PATIENCE;
            // Each lets go of the folder at once, so the next one finds a running postmaster.
            thread::spawn(move || Cluster::start(config).unwrap().postmaster_pid().unwrap())
        })
        .collect();
    let mut pids: Vec<u32> = starters.into_iter().map(|starter| starter.join().unwrap()).collect();
    pids.dedup();
    assert_eq!(pids.len(), 1, "{pids:?}");
}

#[test]
fn an_initialisation_that_was_cut_short_is_redone() {
    let scratch = Scratch::new("halfway");
    let halfway = scratch.folder.join("data.new-4711");
    fs::create_dir_all(halfway.join("base")).unwrap();
    fs::write(halfway.join("PG_VERSION"), "15\n").unwrap();
    let cluster = scratch.start();
    assert_eq!(rows(&cluster, "SELECT 1"), ["1"]);
    assert!(!halfway.exists());
}

#[test]
fn a_folder_of_another_major_version_is_refused_in_a_sentence() {
    let scratch = Scratch::new("version");
    let data = scratch.folder.join("data");
    fs::create_dir_all(&data).unwrap();
    fs::write(data.join("PG_VERSION"), "9\n").unwrap();
    // Another test of this process may hold the lock's file for a moment, between its fork and its exec.
    let config = || ClusterConfig { lock_patience: scratch::PATIENCE, ..scratch.config() };
    let error = Cluster::open(config()).unwrap_err();
    assert!(matches!(error, ClusterError::OtherVersion { cluster: 9, .. }), "{error:?}");
    assert!(error.to_string().contains("made by Postgres 9"), "{error}");

    fs::write(data.join("PG_VERSION"), "notes\n").unwrap();
    let error = Cluster::open(config()).unwrap_err();
    assert!(matches!(error, ClusterError::NotADataFolder { .. }), "{error:?}");
    assert_eq!(fs::read_to_string(data.join("PG_VERSION")).unwrap(), "notes\n", "nothing was touched");
}

#[test]
fn a_folder_too_deep_for_a_socket_gets_a_short_private_one_and_remembers_it() {
    let scratch = Scratch::new("deep");
    let mut config = scratch.config();
    config.folder = scratch.folder.join("a".repeat(60)).join("b".repeat(60));
    let cluster = Cluster::start(config.clone()).unwrap();
    let socket_folder = cluster.socket_folder().to_path_buf();
    assert!(!socket_folder.starts_with(&scratch.folder), "{}", socket_folder.display());
    assert_eq!(fs::metadata(&socket_folder).unwrap().permissions().mode() & 0o777, 0o700);
    drop(cluster);
    let cluster = Cluster::open(config).unwrap();
    assert_eq!(cluster.socket_folder(), socket_folder);
    assert_eq!(cluster.ensure_running().unwrap(), Running::Found);
    cluster.stop().unwrap();
    fs::remove_dir_all(socket_folder).unwrap();
}

#[test]
fn a_postmaster_whose_socket_was_swept_away_is_restarted() {
    let scratch = Scratch::new("swept");
    let cluster = scratch.start();
    let first = cluster.postmaster_pid().unwrap();
    for entry in fs::read_dir(cluster.socket_folder()).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    assert_eq!(cluster.ensure_running().unwrap(), Running::Started);
    assert_ne!(cluster.postmaster_pid(), Some(first));
}

#[test]
fn a_broken_configuration_is_reported_with_the_words_of_postgres() {
    let scratch = Scratch::new("broken");
    let cluster = Cluster::open(scratch.config()).unwrap();
    fs::write(cluster.folder().join("data/postgresql.conf"), "shared_buffers = 'no such amount'\n").unwrap();
    let error = cluster.ensure_running().unwrap_err();
    assert!(matches!(error, ClusterError::StartFailed { .. }), "{error:?}");
    assert!(error.to_string().contains("shared_buffers"), "{error}");
}

#[test]
fn a_folder_that_the_postgres_user_cannot_enter_is_named() {
    let scratch = Scratch::new("closed");
    let closed = scratch.folder.join("closed");
    fs::create_dir_all(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
    let mut config = scratch.config();
    config.folder = closed.join("cluster");
    match Cluster::open(config) {
        Err(ClusterError::Unreachable { folder, user }) => {
            assert_eq!((folder, user.as_str()), (fs::canonicalize(closed).unwrap(), "postgres"));
        }
        // Without root Postgres runs as ourselves, and nothing of ours is closed to us.
        result => assert!(result.is_ok() && !scratch::is_root(), "{result:?}"),
    }
}

#[test]
fn throw_away_clusters_are_fast_and_remade_when_spoilt() {
    let scratch = Scratch::new("throwaway");
    let config = ClusterConfig { durability: Durability::Throwaway, ..scratch.config() };
    let cluster = Cluster::start(config.clone()).unwrap();
    assert_eq!(rows(&cluster, "SHOW fsync"), ["off"]);
    cluster.stop().unwrap();
    fs::write(cluster.folder().join("data/PG_VERSION"), "9\n").unwrap();
    drop(cluster);
    let cluster = Cluster::start(config).unwrap();
    assert_eq!(rows(&cluster, "SELECT 1"), ["1"]);
}
