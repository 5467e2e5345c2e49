//! Two servers on one database: what happens on one reaches the pages of the other, a page that comes back misses
//! nothing, and killing one server loses nothing that was acknowledged.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../scratch/mod.rs"]
mod scratch;
mod server;
mod site;
mod stream;
mod writers;

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use domain::access::Role;
use rustix::process::Signal;
use scratch::wait_until;
use server::{Server, create_portfolio, create_use_case, get};
use site::{Site, somebody};
use store::Invitee;
use stream::{Change, Stream};
use writers::Writers;

#[test]
fn what_happens_on_one_server_reaches_the_pages_of_the_other() {
    let site = Site::new("two");
    let (one, other) = (Server::start(&site.url), Server::start(&site.url));
    let head = site.head();
    let (at_one, at_other) =
        (Stream::open(&one.addr, &site.cookie, None), Stream::open(&other.addr, &site.cookie, None));

    assert!(create_portfolio(&one.addr, &site.cookie, "First"));
    let written = create_use_case(&other.addr, site.program(), "Second").unwrap();
    let expected = [
        Change { seq: head + 1, action: "portfolio.created".to_owned(), use_case: String::new() },
        Change { seq: head + 2, action: "use_case.created".to_owned(), use_case: written },
    ];
    assert_eq!(site.log_after(head), expected);
    for stream in [&at_one, &at_other] {
        assert_eq!([stream.next(), stream.next()], expected);
    }

    // Whoever is removed hears no more, on whichever server their page is open.
    let (account, cookie) = site.runtime.block_on(async {
        let until = time::OffsetDateTime::now_utc() + time::Duration::days(1);
        let invitation = site.store.invite(site.scope, Role::Editor, None, until).await.unwrap();
        let invitee = Invitee::New(somebody("Grace"));
        let (account, _) = site.store.accept_invitation(&invitation.token, invitee).await.unwrap();
        (account, site.store.create_session(account, "", "").await.unwrap().token)
    });
    let theirs = [&one, &other].map(|server| Stream::open(&server.addr, &cookie, None));
    site.runtime.block_on(site.store.remove_member(site.scope, account)).unwrap();
    for stream in theirs {
        stream.until_end();
    }
    one.end(Signal::TERM);
    other.end(Signal::TERM);
}

#[test]
fn a_page_that_comes_back_misses_nothing_and_is_told_nothing_twice() {
    const WRITES: usize = 40;
    let site = Site::new("resumed");
    let (one, other) = (Server::start(&site.url), Server::start(&site.url));
    let (servers, head) = ([&one.addr, &other.addr], site.head());
    let end = head + i64::try_from(WRITES).unwrap();

    // Pages that change the server after every few events, while others write on both.
    let told: Vec<Vec<Change>> = thread::scope(|threads| {
        let site = &site;
        for writer in 0..4 {
            threads.spawn(move || {
                for number in (writer..WRITES).step_by(4) {
                    let name = format!("Written {number}");
                    assert!(create_use_case(servers[number % 2], site.program(), &name).is_some());
                }
            });
        }
        let pages = [(1, 0), (3, 1), (7, 0)].map(|(events, first)| {
            let cookie = site.cookie.as_str();
            threads.spawn(move || {
                let (mut told, mut seen) = (Vec::new(), head);
                for turn in first.. {
                    let stream = Stream::open(servers[turn % 2], cookie, Some(seen));
                    told.extend(stream.until((seen + events).min(end)));
                    seen = told.last().map_or(head, |last: &Change| last.seq);
                    if seen >= end {
                        break;
                    }
                }
                told
            })
        });
        pages.into_iter().map(|page| page.join().unwrap()).collect()
    });
    let log = site.log_after(head);
    assert_eq!(log.len(), WRITES);
    for told in told {
        assert_eq!(told, log);
    }

    // Nobody listened to all that: one page was there before, one in the middle of it, one opens only now.
    let middle = head + 17;
    for server in servers {
        let pages = [Some(head), Some(middle), None].map(|seen| Stream::open(server, &site.cookie, seen));
        let before = site.head();
        assert!(create_portfolio(servers[0], &site.cookie, &format!("After {before}")));
        let new = before + 1;
        for (page, seen) in pages.iter().zip([head, middle, before]) {
            assert_eq!(page.until(new), site.log_after(seen));
        }
    }
    one.end(Signal::TERM);
    other.end(Signal::TERM);
}

#[test]
fn killing_a_server_among_200_writers_loses_nothing_acknowledged() {
    const WRITERS: usize = 200;
    /// The killed server must have done something, and must not be done.
    const BEFORE_THE_KILL: usize = 50;
    let site = Site::new("killed");
    let (one, other) = (Server::start(&site.url), Server::start(&site.url));
    let (survivor, head) = (other.addr.clone(), site.head());
    let (there, here) =
        (Stream::open(&one.addr, &site.cookie, None), Stream::open(&survivor, &site.cookie, None));

    let (doomed, spared) = (Writers::default(), Writers::default());
    let killed = AtomicBool::new(false);
    thread::scope(|threads| {
        for writer in 0..WRITERS / 2 {
            // All of these are writing when their server dies, whenever that is.
            let (site, doomed, killed, addr) = (&site, &doomed, &killed, one.addr.clone());
            threads.spawn(move || {
                doomed.write(&format!("Doomed {writer}"), |name| {
                    let made = create_use_case(&addr, site.program(), name);
                    let is_over = made.is_none() && killed.load(Ordering::SeqCst);
                    (made, is_over)
                });
            });
            // These go on until one more write of theirs was acknowledged after that.
            let (spared, survivor) = (&spared, &survivor);
            threads.spawn(move || {
                spared.write(&format!("Spared {writer}"), |name| {
                    let was_killed = killed.load(Ordering::SeqCst);
                    let made = create_use_case(survivor, site.program(), name);
                    let is_over = made.is_some() && was_killed;
                    (made, is_over)
                });
            });
        }
        wait_until("the server has acknowledged some", || {
            doomed.acknowledged().len() >= BEFORE_THE_KILL && !spared.acknowledged().is_empty()
        });
        one.end(Signal::KILL);
        killed.store(true, Ordering::SeqCst);
    });

    // What was acknowledged is there, with the id that was named; what is there was sent; nothing is there by half.
    let stored = site.use_cases();
    for (id, name) in doomed.acknowledged().iter().chain(&spared.acknowledged()) {
        assert!(stored.contains(&(id.clone(), name.clone())), "{name} ({id}) was acknowledged and is lost");
    }
    for (id, name) in &stored {
        assert!(doomed.sent(name) || spared.sent(name), "{name} ({id}) was sent by nobody");
    }
    let mut names: Vec<&String> = stored.iter().map(|(_, name)| name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), stored.len(), "something that was sent once is there twice");
    assert_eq!(site.halves(), []);
    let verified = site.runtime.block_on(site.store.verify_audit(site.scope)).unwrap();
    assert!(verified.is_ok(), "{verified:?}");

    // The survivor serves, and its pages are told of everything once, also of what the other server did before it
    // died. The page that lost its server gets the rest here.
    let page = get(&survivor, &format!("/portfolios/{}", site.portfolio), &site.cookie).unwrap();
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    let last = create_use_case(&survivor, site.program(), "After the kill").unwrap();
    let log = site.log_after(head);
    assert_eq!(log.last().map(|change| change.use_case.as_str()), Some(last.as_str()));
    let end = head + i64::try_from(log.len()).unwrap();
    assert_eq!(here.until(end), log);
    let mut told = there.until_end();
    let seen = told.last().map_or(head, |last| last.seq);
    told.extend(Stream::open(&survivor, &site.cookie, Some(seen)).until(end));
    assert_eq!(told, log);
    other.end(Signal::TERM);
}
