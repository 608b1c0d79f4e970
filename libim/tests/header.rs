//! Checks that `include/im.h` is up to date with the sources. `IM_BLESS=1` regenerates it.

#![cfg(feature = "ffi")]

use std::path::Path;

/// The sources of the header, in the order of their functions in it.
const SOURCES: &[&str] = &[
    "status.rs",
    "kinds.rs",
    "options.rs",
    "ids.rs",
    "types.rs",
    "event_types.rs",
    "library.rs",
    "config.rs",
    "context.rs",
    "step.rs",
    "waker.rs",
    "client.rs",
    "client_requests.rs",
    "client_views.rs",
    "server.rs",
];

fn generated() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let config = cbindgen::Config::from_file(root.join("../cbindgen.toml")).unwrap();
    let mut builder = cbindgen::Builder::new().with_config(config);
    for source in SOURCES {
        builder = builder.with_src(root.join("src/ffi").join(source));
    }
    let mut header = Vec::new();
    builder.generate().unwrap().write(&mut header);
    String::from_utf8(header).unwrap()
}

#[test]
fn the_header_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../include/im.h");
    let header = generated();
    if std::env::var_os("IM_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &header).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == header,
        "include/im.h is out of date; regenerate it with IM_BLESS=1 cargo test -p libim --features ffi --test header"
    );
}

/// Every file with public C functions or types is in `SOURCES`.
#[test]
fn all_sources_are_listed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ffi");
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let text = std::fs::read_to_string(entry.path()).unwrap();
        let shows = text.contains("no_mangle") || text.contains("repr(C)");
        assert!(!shows || SOURCES.contains(&name.as_str()), "{name} is missing in SOURCES");
    }
}
