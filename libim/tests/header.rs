//! `include/im.h` is what the sources say. `IM_BLESS=1` writes it anew.

#![cfg(feature = "ffi")]

use std::path::Path;

/// The sources of the header, in the order in which it shows their functions.
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
fn the_header_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../include/im.h");
    let header = generated();
    if std::env::var_os("IM_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &header).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == header,
        "include/im.h is not what libim/src/ffi says; IM_BLESS=1 cargo test -p libim --features ffi --test header writes it"
    );
}

/// Every file of the interface with functions is in the list above.
#[test]
fn no_source_is_forgotten() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ffi");
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let text = std::fs::read_to_string(entry.path()).unwrap();
        let shows = text.contains("no_mangle") || text.contains("repr(C)");
        assert!(!shows || SOURCES.contains(&name.as_str()), "{name} is not among the header's sources");
    }
}
