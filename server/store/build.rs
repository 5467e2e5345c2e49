//! Rebuilds this crate when a migration is added: the compiler only watches the ones it has seen.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}
