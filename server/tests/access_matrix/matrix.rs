//! The written matrix: `docs/access-matrix.csv`.

use std::fmt;

const TEXT: &str = include_str!("../../../docs/access-matrix.csv");

/// Answer of a caller who is not asked.
pub const NOT_ASKED: &str = "-";

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A page, visited by a browser.
    Page,
    /// A server function, called by a page's script.
    Function,
    /// An operation of the API, called by a program.
    Api,
    /// Anything else that a page opens and the server answers: live events, an export, the models and the race of the
    /// demo, the way to the organisation's sign-in and back. That way leads on whoever asks; where to, `server/tests/organisation` says.
    Stream,
}

/// Who asks. Pages, functions and streams know people by the cookie of their session, the API by a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// Nobody who is known.
    Stranger,
    Viewer,
    Editor,
    Reviewer,
    Admin,
    /// The admin of another workspace, who was once a member of this one.
    Other,
    /// A program with an admin's token that only reads.
    ReadOnly,
    /// An admin with the wrong key for the door: the cookie of a session at the API, an API token anywhere else.
    Misplaced,
}

impl Who {
    pub const ALL: [Self; 8] = [
        Self::Stranger,
        Self::Viewer,
        Self::Editor,
        Self::Reviewer,
        Self::Admin,
        Self::Other,
        Self::ReadOnly,
        Self::Misplaced,
    ];

    fn column(self) -> &'static str {
        match self {
            Self::Stranger => "stranger",
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Reviewer => "reviewer",
            Self::Admin => "admin",
            Self::Other => "other",
            Self::ReadOnly => "read_only",
            Self::Misplaced => "misplaced",
        }
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.column())
    }
}

/// A way into the product.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    pub kind: Kind,
    pub method: String,
    pub path: String,
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            Kind::Page => "page",
            Kind::Function => "function",
            Kind::Api => "api",
            Kind::Stream => "stream",
        };
        write!(f, "{kind},{},{}", self.method, self.path)
    }
}

/// A line of the matrix.
#[derive(Debug, Clone)]
pub struct Line {
    pub route: Route,
    /// What is special about the request; often empty.
    pub case: String,
    answers: Vec<String>,
}

impl Line {
    /// What the matrix says this caller is answered: a status, or `sign-in` for being led to that page.
    pub fn expected(&self, who: Who) -> &str {
        &self.answers[Who::ALL.iter().position(|other| *other == who).unwrap()]
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{}", self.route, self.case)
    }
}

/// All lines.
pub fn read() -> Vec<Line> {
    let mut lines = TEXT.lines();
    let callers: Vec<&str> = Who::ALL.iter().map(|who| who.column()).collect();
    assert_eq!(lines.next().unwrap(), format!("kind,method,path,case,{}", callers.join(",")));
    lines.map(line).collect()
}

fn line(text: &str) -> Line {
    let cells: Vec<&str> = text.split(',').collect();
    let [kind, method, path, case, answers @ ..] = cells.as_slice() else { panic!("too short: {text}") };
    assert_eq!(answers.len(), Who::ALL.len(), "{text}");
    let kind = match *kind {
        "page" => Kind::Page,
        "function" => Kind::Function,
        "api" => Kind::Api,
        "stream" => Kind::Stream,
        other => panic!("there is no kind {other}: {text}"),
    };
    let route = Route { kind, method: (*method).to_owned(), path: (*path).to_owned() };
    Line {
        route,
        case: (*case).to_owned(),
        answers: answers.iter().map(|answer| (*answer).to_owned()).collect(),
    }
}
