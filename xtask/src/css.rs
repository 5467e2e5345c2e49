//! Style sheets: `style/main.css` and the partials it imports become one minified file.

use std::path::Path;

use lightningcss::{
    bundler::{Bundler, FileProvider},
    stylesheet::{MinifyOptions, ParserOptions, PrinterOptions},
    targets::{Browsers, Targets},
};

use crate::{
    error::{Result, XtaskError},
    fingerprint::Fingerprint,
    workspace::Workspace,
};

/// The oldest browsers the style sheets are written for: the first of each family that knows
/// nesting, `light-dark()` and `oklch()`, so that none of these has to be rewritten (a rewritten
/// `light-dark()` no longer follows `color-scheme` everywhere).
const BROWSERS: Browsers = Browsers {
    android: Some(version(123, 0)),
    chrome: Some(version(123, 0)),
    edge: Some(version(123, 0)),
    firefox: Some(version(121, 0)),
    ie: None,
    ios_saf: Some(version(17, 5)),
    opera: None,
    safari: Some(version(17, 5)),
    samsung: None,
};

const fn version(major: u32, minor: u32) -> u32 {
    (major << 16) | (minor << 8)
}

/// What the style sheet depends on.
pub fn fingerprint(workspace: &Workspace) -> Result<String> {
    Ok(Fingerprint::default().text("css 1").tree(workspace.root(), "style")?.finish())
}

/// Bundles and minifies an entry file. Errors name the file, line and column.
pub fn bundle(entry: &Path) -> Result<String> {
    let files = FileProvider::new();
    let mut bundler = Bundler::new(&files, None, ParserOptions::default());
    let mut sheet = bundler.bundle(entry).map_err(|error| XtaskError::Css(error.to_string()))?;
    let targets = Targets { browsers: Some(BROWSERS), ..Targets::default() };
    sheet
        .minify(MinifyOptions { targets, ..MinifyOptions::default() })
        .map_err(|error| XtaskError::Css(error.to_string()))?;
    let printed = sheet
        .to_css(PrinterOptions { minify: true, targets, ..PrinterOptions::default() })
        .map_err(|error| XtaskError::Css(error.to_string()))?;
    Ok(printed.code)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use std::fs;

    use super::*;

    fn write(name: &str, main: &str) -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(format!("parsimony-css-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("part.css"), ".a { & .b { color: light-dark(#ffffff, black); } }").unwrap();
        fs::write(folder.join("main.css"), main).unwrap();
        folder
    }

    #[test]
    fn partials_become_one_minified_sheet_with_modern_css_kept() {
        let folder = write("whole", "@import \"./part.css\" layer(components);\n.c { margin: 0px 0px; }");
        let css = bundle(&folder.join("main.css")).unwrap();
        assert_eq!(css, "@layer components{.a .b{color:light-dark(#fff,#000)}}.c{margin:0}");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn an_error_names_the_file() {
        let folder = write("broken", "@import \"./missing.css\";");
        let error = bundle(&folder.join("main.css")).unwrap_err().to_string();
        assert!(error.contains("missing.css") || error.contains("main.css"), "{error}");
        fs::remove_dir_all(folder).unwrap();
    }
}
