//! Session files: the token of a client's session, so that it can be resumed after the program has ended.

use super::address::Address;
use super::descriptors::Stdio;
use crate::wire::Token;
use sha2::{Digest, Sha256};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::PathBuf;

/// The length of the file: the token in hexadecimal and a line feed.
const FILE_BYTES: u64 = 2 * size_of::<Token>() as u64 + 1;

/// A directory for session files. Created with its parents when first needed, accessible to its owner only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateDir(PathBuf);

impl StateDir {
    /// Uses this directory.
    pub fn at(path: impl Into<PathBuf>) -> StateDir {
        StateDir(path.into())
    }

    /// Uses the user's state directory: `$XDG_STATE_HOME/im` or `~/.local/state/im` (XDG Base Directory Specification 0.8), on
    /// Windows `%LOCALAPPDATA%\im`. `None` if the environment names no absolute home directory.
    pub fn of_user() -> Option<StateDir> {
        let named = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let dir = if cfg!(windows) {
            named("LOCALAPPDATA")
        } else {
            named("XDG_STATE_HOME").or_else(|| Some(named("HOME")?.join(".local/state")))
        };
        Some(StateDir(dir?.join("im")))
    }

    fn create(&self) -> io::Result<()> {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.0)
    }

    /// The file for a name at an address. Its name is a hash that reveals neither.
    fn file(&self, address: &Address, name: &str) -> PathBuf {
        let digest = Sha256::digest(format!("{address}\0{name}"));
        self.0.join(format!("{}.session", hex(digest.first_chunk::<16>().map_or(&[], |it| it.as_slice()))))
    }
}

/// The session file of one client. Locked while it is open, so that only one of two clients with the same name and address resumes
/// the session.
#[derive(Debug)]
pub(super) struct SessionFile {
    dir: StateDir,
    address: Address,
    name: String,
    /// The token in the file.
    token: Option<Token>,
    /// `None`: another client has locked it, or it was removed since there is no token.
    file: Option<File>,
}

impl SessionFile {
    pub(super) fn open(dir: &StateDir, address: &Address, name: &str) -> io::Result<SessionFile> {
        let (dir, address, name) = (dir.clone(), address.clone(), name.to_owned());
        let mut opened = SessionFile { dir, address, name, token: None, file: None };
        match opened.dir.create().and_then(|()| opened.lock()) {
            Ok(()) => Ok(opened),
            Err(error) => {
                let text = format!("cannot keep the session in {}: {error}", opened.dir.0.display());
                Err(io::Error::new(error.kind(), text))
            }
        }
    }

    /// The token that an earlier run left.
    pub(super) fn token(&self) -> Option<Token> {
        self.token
    }

    /// Updates the file. A write error is ignored: without the file the client only waits for its name after the next start.
    pub(super) fn keep(&mut self, name: &str, token: Option<Token>) {
        if name != self.name {
            self.file = None;
            self.token = None;
            name.clone_into(&mut self.name);
        }
        if token != self.token {
            let _ = self.write(token);
        }
    }

    fn path(&self) -> PathBuf {
        self.dir.file(&self.address, &self.name)
    }

    fn lock(&mut self) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = Stdio::spare(options.open(self.path())?)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(()),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        let mut text = String::new();
        // A file without a valid token counts as empty.
        let _ = (&mut file).take(FILE_BYTES).read_to_string(&mut text);
        self.token = token(text.trim_end());
        self.file = Some(file);
        Ok(())
    }

    fn write(&mut self, token: Option<Token>) -> io::Result<()> {
        if self.file.is_none() && token.is_some() {
            self.lock()?;
        }
        self.token = token;
        match (token, &mut self.file) {
            (Some(token), Some(file)) => {
                file.rewind()?;
                file.write_all(format!("{}\n", hex(&token.0)).as_bytes())
            }
            (None, Some(_)) => {
                self.file = None;
                std::fs::remove_file(self.path())
            }
            (_, None) => Ok(()),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

fn token(hex: &str) -> Option<Token> {
    let mut token = Token([0; 24]);
    if hex.len() != 2 * token.0.len() || !hex.is_ascii() {
        return None;
    }
    for (at, byte) in token.0.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: Token = Token([0xa5; 24]);

    fn temporary(name: &str) -> StateDir {
        StateDir::at(std::env::temp_dir().join(format!("im-session-{}-{name}", std::process::id())))
    }

    fn open(dir: &StateDir, name: &str) -> SessionFile {
        SessionFile::open(dir, &"127.0.0.1:7464".parse().unwrap(), name).unwrap()
    }

    #[test]
    fn one_program_at_a_time_finds_what_the_last_has_left() {
        let dir = temporary("kept");
        let mut first = open(&dir, "Tri");
        assert_eq!(first.token(), None);
        first.keep("Tri", Some(TOKEN));
        let mut second = open(&dir, "Tri");
        assert_eq!(second.token(), None, "the first one still has it");
        second.keep("Tri", Some(Token([1; 24])));
        drop((first, second));
        assert_eq!(open(&dir, "Tri").token(), Some(TOKEN));
        assert_eq!(open(&dir, "Tra").token(), None);
        std::fs::remove_dir_all(&dir.0).unwrap();
    }

    #[test]
    fn what_has_ended_leaves_nothing() {
        let dir = temporary("ended");
        let mut file = open(&dir, "Tri");
        file.keep("Tri", Some(TOKEN));
        file.keep("Tri", None);
        assert_eq!(std::fs::read_dir(&dir.0).unwrap().count(), 0);
        file.keep("Tri", Some(TOKEN));
        file.keep("Tra", Some(TOKEN));
        drop(file);
        assert_eq!((open(&dir, "Tri").token(), open(&dir, "Tra").token()), (Some(TOKEN), Some(TOKEN)));
        std::fs::remove_dir_all(&dir.0).unwrap();
    }

    #[test]
    fn what_is_no_token_is_none() {
        let dir = temporary("torn");
        let file = open(&dir, "Tri");
        for text in ["", "a5a5", &"x".repeat(48), &"a5".repeat(30), &"\u{e9}".repeat(24)] {
            assert_eq!(token(text), None, "{text}");
        }
        std::fs::write(file.path(), "a5".repeat(24)).unwrap();
        drop(file);
        assert_eq!(open(&dir, "Tri").token(), Some(TOKEN));
        std::fs::remove_dir_all(&dir.0).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn it_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = temporary("mode");
        let mut file = open(&dir, "Tri");
        file.keep("Tri", Some(TOKEN));
        let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&file.path()), mode(&dir.0)), (0o600, 0o700));
        std::fs::remove_dir_all(&dir.0).unwrap();
    }
}
