//! The folder the server serves files from: `pkg/` with the content hash in each name, so that
//! browsers may keep the files for ever, and the static assets beside it. Each compressible file
//! has a `.br` and a `.gz` sibling, so that the server never compresses the same file twice.

mod adapters;

use std::{
    collections::BTreeSet,
    fs,
    io::Write,
    path::{Path, PathBuf},
    time::Instant,
};

use crate::{
    bundle::{self, DEMO, MAIN, NAME},
    css,
    error::{Result, XtaskError},
    fingerprint::{self, Memory},
    report,
    runtime::{self, VARIANTS},
    workspace::{Profile, Workspace},
};

/// Static files, served from the root of the site.
const ASSETS: &str = "style/assets";

/// The folder of hashed files, as the server knows it (`LEPTOS_SITE_PKG_DIR`).
pub const PKG: &str = "pkg";

/// The list of content hashes that the server reads beside its own executable.
pub const HASH_FILE: &str = "hash.txt";

/// The list of the demo's files by their hashed names, in the folder of hashed files. `hash.txt` has no room for it:
/// its form belongs to the framework. The server reads it for each page, like that one.
const MODULES_FILE: &str = "modules.json";

/// A finished site folder.
#[derive(Debug, Clone)]
pub struct Site {
    /// Its absolute path.
    pub root: PathBuf,
    /// What a first visit loads for the page to be live: wasm, JavaScript and CSS, brotli bytes.
    /// `None` for development sites, which are not compressed.
    pub first_load: Option<u64>,
    /// What the demo's worker loads, whichever build is larger: script, JavaScript and wasm, brotli bytes.
    pub runtime: Option<u64>,
    /// What the demo's page loads besides: JavaScript and wasm, brotli bytes.
    pub demo: Option<u64>,
}

/// Bundles the style sheets unless they are those of last time.
pub fn build_css(workspace: &Workspace, profile: Profile) -> Result<()> {
    let start = Instant::now();
    let parts = bundle::parts(workspace, profile);
    let output = parts.join(format!("{NAME}.css"));
    let memory = Memory::of(&parts, "css");
    let fingerprint = css::fingerprint(workspace)?;
    if memory.knows(&fingerprint) && output.is_file() {
        report::skipped("CSS", "style sheets unchanged");
        return Ok(());
    }
    memory.forget();
    let code = css::bundle(&workspace.path("style/main.css"))?;
    fs::create_dir_all(&parts).map_err(XtaskError::file("create", &parts))?;
    fs::write(&output, &code).map_err(XtaskError::file("write", &output))?;
    memory.learn(&fingerprint)?;
    report::done("CSS", &format!("{} in one file", report::size(code.len() as u64)), start.elapsed());
    Ok(())
}

/// Puts the parts together under their public names, compresses what is new, removes what is
/// old, and tells the server of `profile` the hashes.
pub fn assemble(workspace: &Workspace, profile: Profile) -> Result<Site> {
    let start = Instant::now();
    let parts = bundle::parts(workspace, profile);
    let root = workspace.target(match profile {
        Profile::Release => "site",
        Profile::Dev => "site-dev",
    });
    let mut writer = Writer { compress: profile == Profile::Release, kept: BTreeSet::new(), written: 0 };

    let pkg = root.join(PKG);
    let main = write_module(&mut writer, &parts, MAIN.name, &pkg)?;
    let css = read(&parts.join(format!("{NAME}.css")))?;
    let css = write_hashed(&mut writer, &pkg, NAME, "css", &css)?;
    let first_load = main.brotli() + css.brotli;
    let hashes = format!("js: {}\nwasm: {}\ncss: {}\n", main.js.hash, main.wasm.hash, css.hash);
    let assets = copy_assets(&mut writer, &workspace.path(ASSETS), &root)?;
    let (demo, runtime) = write_demo(&mut writer, workspace, &parts, &pkg, &css, assets)?;

    // A running server may still read the old hashes: change them only now that the new files
    // are there, and remove the old files only after that.
    let hash_file = workspace.target(profile.folder()).join(HASH_FILE);
    write_if_changed(&hash_file, hashes.as_bytes())?;
    writer.remove_others(&root)?;

    let sizes = format!(
        ", first load {}, demo {} and runtime {} (brotli)",
        report::size(first_load),
        report::size(demo),
        report::size(runtime)
    );
    let is_release = profile == Profile::Release;
    let detail = if is_release { sizes } else { String::new() };
    if writer.written == 0 {
        report::skipped("site", &format!("files unchanged{detail}"));
    } else {
        report::done("site", &format!("{} files new{detail}", writer.written), start.elapsed());
    }
    let of_release = |bytes| is_release.then_some(bytes);
    Ok(Site {
        root,
        first_load: of_release(first_load),
        runtime: of_release(runtime),
        demo: of_release(demo),
    })
}

/// A file under its public name.
struct Hashed {
    name: String,
    hash: String,
    brotli: u64,
}

/// Both files of a module, and the scripts it brings along.
struct WrittenModule {
    js: Hashed,
    wasm: Hashed,
    snippets: Vec<String>,
}

impl WrittenModule {
    /// The names of all its files, in the folder of hashed files.
    fn names(&self) -> impl Iterator<Item = &str> {
        [&self.js.name, &self.wasm.name].into_iter().chain(&self.snippets).map(String::as_str)
    }

    fn brotli(&self) -> u64 {
        self.js.brotli + self.wasm.brotli
    }
}

fn write_hashed(writer: &mut Writer, pkg: &Path, name: &str, kind: &str, content: &[u8]) -> Result<Hashed> {
    let hash = fingerprint::content_hash(content);
    let name = format!("{name}.{hash}.{kind}");
    let path = pkg.join(&name);
    writer.write(&path, content)?;
    Ok(Hashed { name, hash, brotli: brotli_size(&path) })
}

fn write_module(writer: &mut Writer, parts: &Path, name: &str, pkg: &Path) -> Result<WrittenModule> {
    let snippets = copy_snippets(writer, &bundle::snippets(parts, name), pkg)?;
    let js = read_text(&parts.join(format!("{name}.js")))?;
    let (js, snippets) = match snippets {
        Some((folder, names)) => (js.replace("./snippets/", &format!("./{folder}/")), names),
        None => (js, Vec::new()),
    };
    let wasm = read(&parts.join(format!("{name}.wasm")))?;
    Ok(WrittenModule {
        js: write_hashed(writer, pkg, name, "js", js.as_bytes())?,
        wasm: write_hashed(writer, pkg, name, "wasm", &wasm)?,
        snippets,
    })
}

/// The demo's module, both builds of the runtime, the worker's script with their names in it, and the list of all
/// that a page has to know: what it starts, and what has to be kept for it to work without a network. Returns what
/// the page loads and what the worker loads at most, brotli bytes.
fn write_demo(
    writer: &mut Writer,
    workspace: &Workspace,
    parts: &Path,
    pkg: &Path,
    css: &Hashed,
    assets: Vec<String>,
) -> Result<(u64, u64)> {
    let demo = write_module(writer, parts, DEMO.name, pkg)?;
    let mut script = read_text(&workspace.path(runtime::WORKER))?;
    let mut largest = 0;
    let mut runtime = Vec::new();
    for variant in VARIANTS {
        let module = write_module(writer, parts, variant.name, pkg)?;
        let (js, wasm) = variant.placeholders;
        script = script.replace(js, &module.js.name).replace(wasm, &module.wasm.name);
        largest = largest.max(module.brotli());
        runtime.extend(module.names().map(str::to_owned));
    }
    let worker = write_hashed(writer, pkg, "slm", "js", script.as_bytes())?;
    runtime.push(worker.name.clone());
    let adapters = adapters::publish(writer, &workspace.path(adapters::FOLDER), pkg)?;
    let page: Vec<&str> = demo.names().chain([css.name.as_str()]).collect();
    // Licences are for people who look into the folder, not for pages.
    let assets: Vec<String> = assets.into_iter().filter(|path| !path.ends_with(".txt")).collect();
    let list = serde_json::json!({
        "script": demo.js.name,
        "module": demo.wasm.name,
        "worker": worker.name,
        "page": page,
        "runtime": runtime,
        "assets": assets,
        // Not among what a page loads: each is fetched when somebody asks for it, and kept by the worker.
        "adapters": adapters,
    });
    writer.write(&pkg.join(MODULES_FILE), list.to_string().as_bytes())?;
    Ok((demo.brotli(), worker.brotli + largest))
}

/// Tells the server of one profile the hashes of the other's site: tests run the quickly built
/// server with the files that are shipped.
pub fn publish_hashes(workspace: &Workspace, of: Profile, to: Profile) -> Result<()> {
    let hashes = read(&workspace.target(of.folder()).join(HASH_FILE))?;
    write_if_changed(&workspace.target(to.folder()).join(HASH_FILE), &hashes).map(drop)
}

/// JavaScript that Rust crates bring along keeps its name from build to build, so the folder
/// around it gets the hash. Returns the folder's name, and the names of the files with it.
fn copy_snippets(writer: &mut Writer, from: &Path, pkg: &Path) -> Result<Option<(String, Vec<String>)>> {
    let files = fingerprint::files_below(from)?;
    if files.is_empty() {
        return Ok(None);
    }
    let mut all = Vec::new();
    for file in &files {
        all.extend(read(file)?);
    }
    let folder = format!("snippets.{}", fingerprint::content_hash(&all));
    let mut names = Vec::new();
    for file in &files {
        let relative = file.strip_prefix(from).unwrap_or(file);
        writer.write(&pkg.join(&folder).join(relative), &read(file)?)?;
        names.push(format!("{folder}/{}", relative.display()));
    }
    Ok(Some((folder, names)))
}

/// Returns the paths of the files in the site.
fn copy_assets(writer: &mut Writer, from: &Path, root: &Path) -> Result<Vec<String>> {
    let mut paths = Vec::new();
    for file in fingerprint::files_below(from)? {
        let relative = file.strip_prefix(from).unwrap_or(&file);
        writer.write(&root.join(relative), &read(&file)?)?;
        paths.push(relative.display().to_string());
    }
    Ok(paths)
}

/// Makes the compressed sibling of a file out of its content.
type Compress = fn(&[u8]) -> Vec<u8>;

/// Endings of the compressed siblings, and what makes them.
const COMPRESSED: [(&str, Compress); 2] = [("br", brotli), ("gz", gzip)];

/// Writes files that are not there yet, and remembers which belong.
struct Writer {
    compress: bool,
    kept: BTreeSet<PathBuf>,
    written: usize,
}

impl Writer {
    fn write(&mut self, path: &Path, content: &[u8]) -> Result<()> {
        self.kept.insert(path.to_owned());
        let is_new = write_if_changed(path, content)?;
        self.written += usize::from(is_new);
        if self.compress && is_compressible(path) {
            for (ending, compressed) in COMPRESSED {
                let sibling = sibling(path, ending);
                if is_new || !sibling.is_file() {
                    write_whole(&sibling, &compressed(content))?;
                }
                self.kept.insert(sibling);
            }
        }
        Ok(())
    }

    fn remove_others(&self, root: &Path) -> Result<()> {
        for file in fingerprint::files_below(root)? {
            if !self.kept.contains(&file) {
                fs::remove_file(&file).map_err(XtaskError::file("remove", &file))?;
            }
        }
        Ok(())
    }
}

/// Images and fonts of these kinds are compressed already.
fn is_compressible(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    matches!(ending, "js" | "wasm" | "css" | "svg" | "txt" | "json" | "xml" | "html" | "webmanifest" | "ico")
}

fn sibling(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

fn brotli_size(path: &Path) -> u64 {
    sibling(path, "br").metadata().map_or(0, |metadata| metadata.len())
}

/// Brotli at its best quality: done once here, decompressed by every visitor.
fn brotli(content: &[u8]) -> Vec<u8> {
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        size_hint: content.len(),
        ..Default::default()
    };
    let mut compressed = Vec::new();
    // Writing to memory cannot fail.
    brotli::BrotliCompress(&mut &*content, &mut compressed, &parameters).ok();
    compressed
}

/// Gzip for the few clients that do not speak brotli.
fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    // Writing to memory cannot fail.
    encoder.write_all(content).ok();
    encoder.finish().unwrap_or_default()
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(XtaskError::file("read", path))
}

fn read_text(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(XtaskError::file("read", path))
}

/// Says whether the file had to be written.
fn write_if_changed(path: &Path, content: &[u8]) -> Result<bool> {
    if fs::read(path).is_ok_and(|existing| existing == content) {
        return Ok(false);
    }
    write_whole(path, content)?;
    Ok(true)
}

/// Writes beside the file and renames: a server running meanwhile never reads half a file.
fn write_whole(path: &Path, content: &[u8]) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(XtaskError::file("create", folder))?;
    }
    let partial = sibling(path, "partial");
    fs::write(&partial, content).map_err(XtaskError::file("write", &partial))?;
    fs::rename(&partial, path).map_err(XtaskError::file("write", path))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use std::io::Read;

    use super::*;

    #[test]
    fn both_compressed_siblings_restore_the_content() {
        let content = "the smallest model that does the job ".repeat(50).into_bytes();
        let mut from_gzip = Vec::new();
        flate2::read::GzDecoder::new(&*gzip(&content)).read_to_end(&mut from_gzip).unwrap();
        let mut from_brotli = Vec::new();
        brotli::BrotliDecompress(&mut &*brotli(&content), &mut from_brotli).unwrap();
        assert!(from_gzip == content && from_brotli == content);
        assert!(brotli(&content).len() < gzip(&content).len());
    }

    #[test]
    fn old_files_and_their_siblings_go_and_current_ones_stay() {
        let root = std::env::temp_dir().join(format!("parsimony-site-{}", std::process::id()));
        let mut first = Writer { compress: true, kept: BTreeSet::new(), written: 0 };
        first.write(&root.join("pkg/parsimony.1.js"), b"one").unwrap();
        first.write(&root.join("mark.png"), b"image").unwrap();
        assert!(root.join("pkg/parsimony.1.js.br").is_file() && !root.join("mark.png.br").exists());

        let mut second = Writer { compress: true, kept: BTreeSet::new(), written: 0 };
        second.write(&root.join("pkg/parsimony.2.js"), b"two").unwrap();
        second.write(&root.join("mark.png"), b"image").unwrap();
        second.remove_others(&root).unwrap();
        assert_eq!(second.written, 1);
        let left: Vec<_> = fingerprint::files_below(&root)
            .unwrap()
            .iter()
            .map(|file| file.strip_prefix(&root).unwrap().display().to_string())
            .collect();
        assert_eq!(
            left,
            ["mark.png", "pkg/parsimony.2.js", "pkg/parsimony.2.js.br", "pkg/parsimony.2.js.gz"]
        );
        fs::remove_dir_all(root).unwrap();
    }
}
