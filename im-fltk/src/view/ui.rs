//! All windows.

use super::pane::Pane;
use super::urgency::urge;
use super::{Mail, Shared, parts};
use crate::model::{Model, Screen, WindowId};
use crate::text::plain;
use fltk::app;
use std::collections::{BTreeMap, BTreeSet};

/// All windows of the program.
pub struct Ui {
    model: Shared,
    mail: Mail,
    panes: BTreeMap<WindowId, Pane>,
    urgent: bool,
    /// Windows that are to move the focus to their overlay.
    to_focus: BTreeSet<WindowId>,
}

impl Ui {
    pub fn new(model: &Shared, mail: &Mail) -> Ui {
        parts::watch();
        let frame = first_frame(&model.borrow());
        let main = Pane::new(WindowId::MAIN, model, mail, frame);
        Ui {
            model: model.clone(),
            mail: mail.clone(),
            panes: BTreeMap::from([(WindowId::MAIN, main)]),
            urgent: false,
            to_focus: BTreeSet::new(),
        }
    }

    /// Lets every window report what happened to it. Returns whether something must be redrawn.
    pub fn look(&mut self) -> bool {
        let model = self.model.clone();
        let model = model.borrow();
        // Not `any`, which would stop at the first.
        self.panes.values_mut().map(|pane| pane.look(&model)).fold(false, |a, b| a | b)
    }

    /// Updates the windows from the model.
    pub fn sync(&mut self) {
        let model = self.model.clone();
        let model = model.borrow();
        for (id, pane) in &mut self.panes {
            pane.sync(&model, &title(&model, *id));
        }
        // Only after the update do the fields exist that get the focus.
        for id in std::mem::take(&mut self.to_focus) {
            if let Some(pane) = self.panes.get_mut(&id) {
                pane.focus(&model);
            }
        }
        let focused = model.windows.values().any(|window| window.focused);
        if focused && std::mem::take(&mut self.urgent) {
            self.panes.values().for_each(|pane| urge(pane.window(), false));
        }
    }

    pub fn pane(&mut self, id: WindowId) -> Option<&mut Pane> {
        self.panes.get_mut(&id)
    }

    pub fn panes(&self) -> impl Iterator<Item = (&WindowId, &Pane)> {
        self.panes.iter()
    }

    /// Runs a function on every window.
    pub fn each(&self, run: impl Fn(&Pane)) {
        self.panes.values().for_each(run);
    }

    /// Opens a detached window for a room.
    pub fn open(&mut self, id: WindowId) {
        let (x, y, w, h) = first_frame(&self.model.borrow());
        let step = 40 * i32::try_from(id.0).unwrap_or(1);
        let (w, h) = ((w * 2 / 3).max(520), (h * 4 / 5).max(380));
        let frame = (x.max(0) + step, y.max(0) + step, w, h);
        self.panes.insert(id, Pane::new(id, &self.model, &self.mail, frame));
    }

    pub fn close(&mut self, id: WindowId) {
        if let Some(pane) = self.panes.remove(&id) {
            pane.close();
        }
    }

    pub fn close_all(&mut self) {
        for (_, pane) in std::mem::take(&mut self.panes) {
            pane.close();
        }
    }

    /// Moves the focus to the overlay of a window.
    pub fn focus(&mut self, id: WindowId) {
        self.to_focus.insert(id);
    }

    pub fn raise(&mut self, id: WindowId) {
        let model = self.model.clone();
        if let Some(pane) = self.panes.get_mut(&id) {
            pane.raise(&model.borrow());
        }
    }

    /// Sets the urgency hint until a window gets the focus.
    pub fn urge(&mut self) {
        self.urgent = true;
        if let Some(pane) = self.panes.get(&WindowId::MAIN) {
            urge(pane.window(), true);
        }
    }
}

fn title(model: &Model, id: WindowId) -> String {
    let unread = model.unread();
    let room = model.room_of(id).map_or_else(String::new, crate::model::Room::label);
    let title = match model.screen {
        Screen::Connect => "libim".to_owned(),
        Screen::Chat if id != WindowId::MAIN => {
            let fresh = model.room_of(id).map_or(0, |room| room.fresh);
            if fresh > 0 { format!("({fresh}) {room}") } else { room }
        }
        Screen::Chat if unread > 0 => format!("({unread}) {room} — {}", model.server),
        Screen::Chat => format!("{room} — {}", model.server),
    };
    plain(&title)
}

/// The frame of the main window: as saved, but within the screen.
fn first_frame(model: &Model) -> (i32, i32, i32, i32) {
    let settings = &model.settings;
    let (sx, sy, sw, sh) = screen_of(settings.place);
    // Leave room for the window manager's frame.
    let (w, h) = (settings.width.min(sw - 16), settings.height.min(sh - 48));
    let (x, y) = settings.place.unwrap_or((sx + (sw - w) / 2, sy + (sh - h) / 3));
    (x.clamp(sx, (sx + sw - w).max(sx)), y.clamp(sy, (sy + sh - h).max(sy)), w, h)
}

/// The work area of a screen, in pixels at 1x.
fn screen_of(place: Option<(i32, i32)>) -> (i32, i32, i32, i32) {
    let number = place.map_or(0, |(x, y)| app::screen_num(x, y));
    app::screen_work_area(number)
}
