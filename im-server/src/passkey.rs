//! The passkey: given, kept with the data, or generated.

use crate::data::Data;
use crate::options::Options;
use anyhow::{Context, Result};

/// The setting that keeps a generated passkey.
const SETTING: &str = "passkey";

/// Letters and digits that are not confused when read aloud or written by hand.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";

/// The passkey that the options choose; `None` if everybody may come in.
pub(crate) fn choose(options: &Options, data: &Data) -> Result<Option<String>> {
    if let Some(given) = &options.passkey {
        return Ok(Some(given.trim().to_owned()));
    }
    if options.open {
        return Ok(None);
    }
    let Data::Directory(_, store) = data else { return generate().map(Some) };
    let kept = if options.new_passkey { None } else { store.setting(SETTING)? };
    if kept.is_some() {
        return Ok(kept);
    }
    let passkey = generate()?;
    store.keep_setting(SETTING, &passkey)?;
    Ok(Some(passkey))
}

/// Generates a passkey of 60 random bits, in three groups of four characters.
fn generate() -> Result<String> {
    let mut bytes = [0u8; 12];
    getrandom::fill(&mut bytes).context("the system gives no random bytes")?;
    let letter = |byte: &u8| char::from(ALPHABET[usize::from(byte % 32)]);
    let groups: Vec<String> = bytes.chunks(4).map(|group| group.iter().map(letter).collect()).collect();
    Ok(groups.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_shaped_and_differ() {
        let (a, b) = (generate().unwrap(), generate().unwrap());
        assert_ne!(a, b);
        assert_eq!(a.len(), 14);
        assert!(a.split('-').all(|group| group.len() == 4));
        assert!(a.bytes().all(|c| c == b'-' || ALPHABET.contains(&c)));
    }
}
