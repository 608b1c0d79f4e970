//! Timers: one wake-up for whichever is due first.

use super::{Effect, Millis, deed, people};
use crate::model::Model;

/// Delay between a change of the settings and saving them; it combines many changes into one write.
const SAVE_AFTER: Millis = 3_000;

/// Schedules saving of the settings.
pub fn save_soon(model: &mut Model, now: Millis) {
    model.save_at.get_or_insert(now + SAVE_AFTER);
}

/// The time of the next timer.
fn next_due(model: &Model) -> Option<Millis> {
    let notes = model.windows.values().filter_map(|window| window.note.as_ref()).map(|note| note.until);
    let typing = model.rooms.values().flat_map(|room| room.typing.values()).map(|(_, until)| *until);
    let deleting = model.deleting.iter().map(|it| it.at);
    let others = [model.save_at, model.list_at];
    notes.chain(typing).chain(deleting).chain(others.into_iter().flatten()).min()
}

/// Requests a wake-up, unless one early enough is pending.
pub fn schedule(model: &mut Model, now: Millis) -> Option<Effect> {
    let due = next_due(model)?;
    if model.tick_at.is_some_and(|at| at <= due) {
        return None;
    }
    model.tick_at = Some(due);
    Some(Effect::Later(due.saturating_sub(now)))
}

/// Runs the timers that have expired.
pub fn tick(model: &mut Model, now: Millis) -> Vec<Effect> {
    model.tick_at.take_if(|at| *at <= now);
    let mut effects = deed::delete_now(model, Some(now));
    let mut changed = !effects.is_empty();
    for room in model.rooms.values_mut() {
        let before = room.typing.len();
        room.typing.retain(|_, (_, until)| *until > now);
        changed |= room.typing.len() != before;
    }
    for window in model.windows.values_mut() {
        changed |= window.note.take_if(|note| note.until <= now).is_some();
    }
    if model.save_at.take_if(|at| *at <= now).is_some() {
        model.memorize();
        effects.push(Effect::Save);
    }
    effects.extend(people::list_again(model, now));
    model.quiet = !changed;
    effects
}
