//! Files on disk: the settings and saved sessions.

use libim::StateDir;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// The default path of the settings file: `$XDG_CONFIG_HOME`, or else `~/.config`. `None` if neither is set.
pub fn settings_path() -> Option<PathBuf> {
    let folder = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from);
    let folder = folder.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".config")))?;
    Some(folder.join("im-fltk").join("settings.json"))
}

/// The directory of sessions that outlive the program: beside the settings file.
pub fn sessions_dir(settings: &Path) -> Option<StateDir> {
    Some(StateDir::at(settings.parent()?.join("sessions")))
}

/// Writes a file atomically, readable by its owner only.
pub fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let new = path.with_extension("new");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&new)?;
    file.write_all(text.as_bytes())?;
    std::fs::rename(&new, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_the_owners_alone() {
        let folder = std::env::temp_dir().join(format!("im-fltk-test-{}", std::process::id()));
        let path = folder.join("deep").join("settings.json");
        write(&path, "one").unwrap();
        write(&path, "two").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "two");
        #[cfg(unix)]
        {
            let mode =
                std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions());
            assert_eq!(mode & 0o777, 0o600);
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
