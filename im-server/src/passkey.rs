//! Generation of passkeys.

use anyhow::{Context, Result};

/// Letters and digits that are not confused when read aloud or written by hand.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";

/// Generates a passkey of 60 random bits, in three groups of four characters.
pub(crate) fn generate() -> Result<String> {
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
