//! The screen for connecting.

use super::theme::{Colors, colors};
use super::{Mailbox, Shared};
use crate::model::{About, Field, Model};
use crate::update::Msg;
use fltk::app;
use fltk::button::Button;
use fltk::enums::{Align, CallbackTrigger, Color, Event, Font, FrameType, Key};
use fltk::frame::Frame;
use fltk::group::Group;
use fltk::input::{Input, SecretInput};
use fltk::prelude::*;
use fltk::widget::Widget;

/// Its widgets.
pub struct ConnectScreen {
    pub group: Group,
    title: Frame,
    subtitle: Frame,
    labels: Vec<Frame>,
    /// What the fields stand on, for some room around their texts.
    fields: Vec<Frame>,
    server: Input,
    recent: Button,
    name: Input,
    passkey: SecretInput,
    open_passkey: Input,
    show: Button,
    errors: Vec<Frame>,
    button: Button,
    /// The error that the keyboard was last brought to.
    told: Option<(Field, String)>,
}

impl ConnectScreen {
    pub fn new(model: &Shared, mail: &Mailbox) -> ConnectScreen {
        let mut group = Group::default();
        group.set_frame(FrameType::FlatBox);
        let title = Frame::default().with_label("libim");
        let subtitle = Frame::default().with_label("Private chat on your own network");
        let labels: Vec<Frame> = ["Server or invite", "Name", "Passkey"]
            .into_iter()
            .map(|text| Frame::default().with_label(text).with_align(Align::Left | Align::Inside))
            .collect();
        let fields: Vec<Frame> = (0..3).map(|_| Frame::default()).collect();
        let mut server = Input::default();
        let mut recent = Button::default().with_label("▾");
        let mut name = Input::default();
        let mut passkey = SecretInput::default();
        let mut open_passkey = Input::default();
        let mut show = Button::default();
        let errors: Vec<Frame> = (0..3)
            .map(|_| Frame::default().with_align(Align::Left | Align::Inside | Align::Wrap | Align::Top))
            .collect();
        let mut button = Button::default().with_label("Connect");
        group.end();
        server.set_value(&model.borrow().form.server);
        name.set_value(&model.borrow().form.name);
        recent.set_tooltip("Recent servers");
        open_passkey.hide();
        let recent_mail = mail.clone();
        recent.set_callback(move |it| {
            recent_mail.send(Msg::OpenMenu(About::Servers, it.x(), it.y() + it.h()));
        });
        let after_name = vec![passkey.as_base_widget(), open_passkey.as_base_widget()];
        let first = vec![server.as_base_widget()];
        tell(&mut server, mail, Msg::Server, vec![name.as_base_widget()]);
        tell(&mut name, mail, Msg::Name, after_name);
        tell(&mut passkey, mail, Msg::Passkey, first.clone());
        tell(&mut open_passkey, mail, Msg::Passkey, first);
        let (show_mail, shown) = (mail.clone(), model.clone());
        show.set_callback(move |_| show_mail.send(Msg::ShowPasskey(!shown.borrow().form.show_passkey)));
        let button_mail = mail.clone();
        button.set_callback(move |_| button_mail.send(Msg::Connect));
        ConnectScreen {
            group,
            title,
            subtitle,
            labels,
            fields,
            server,
            recent,
            name,
            passkey,
            open_passkey,
            show,
            errors,
            button,
            told: None,
        }
    }

    pub fn resize(&mut self, w: i32, h: i32, size: i32) {
        self.group.resize(0, 0, w, h);
        let (field, width) = (size * 5 / 2, (size * 26).min(w - 40));
        let (x, step) = ((w - width) / 2, field + size * 3 + size / 2);
        let mut y = ((h - step * 3 - size * 11) / 2).max(8);
        self.title.resize(x, y, width, size * 3);
        self.subtitle.resize(x, y + size * 3, width, size * 2);
        y += size * 11 / 2;
        let fields: [&mut dyn FnMut(i32); 3] = [
            &mut |y| {
                self.server.resize(x + size / 2, y, width - field - size / 2, field);
                self.recent.resize(x + width - field, y, field, field);
            },
            &mut |y| self.name.resize(x + size / 2, y, width - size, field),
            &mut |y| {
                self.passkey.resize(x + size / 2, y, width - size * 5, field);
                self.open_passkey.resize(x + size / 2, y, width - size * 5, field);
                self.show.resize(x + width - size * 4, y, size * 4, field);
            },
        ];
        let frames = self.labels.iter_mut().zip(&mut self.fields).zip(&mut self.errors);
        for (place, ((label, frame), error)) in fields.into_iter().zip(frames) {
            frame.resize(x, y + size * 3 / 2, width, field);
            label.resize(x, y, width, size * 3 / 2);
            place(y + size * 3 / 2);
            error.resize(x, y + size * 3 / 2 + field, width, size * 2);
            y += step;
        }
        self.button.resize(x, y + size / 2, width, size * 3);
    }

    pub fn sync(&mut self, model: &Model) {
        let c = colors(model.settings.theme);
        let size = model.settings.text_size;
        self.paint(&c, size);
        let form = &model.form;
        // What one types stands already; what an invite filled in does not.
        for (input, text) in [
            (&mut self.server, &form.server),
            (&mut self.name, &form.name),
            (&mut self.open_passkey, &form.passkey),
        ] {
            if input.value() != *text {
                input.set_value(text);
            }
        }
        if self.passkey.value() != form.passkey {
            self.passkey.set_value(&form.passkey);
        }
        if form.show_passkey == self.passkey.visible() {
            if form.show_passkey {
                self.passkey.hide();
                self.open_passkey.show();
            } else {
                self.open_passkey.hide();
                self.passkey.show();
            }
        }
        for (error, field) in self.errors.iter_mut().zip([Field::Server, Field::Name, Field::Passkey]) {
            let text =
                form.error.as_ref().filter(|(at, _)| *at == field).map_or("", |(_, text)| text.as_str());
            // The toolkit reads @ and & in labels as signs of its own.
            error.set_label(&crate::text::plain(text).replace('@', "@@").replace('&', "&&"));
        }
        self.show.set_label(if form.show_passkey { "Hide" } else { "Show" });
        if self.told != form.error {
            self.told.clone_from(&form.error);
            if let Some((field, _)) = form.error {
                self.go_to(field);
            }
        }
        self.button.set_label(if form.busy { "Connecting… (Escape gives up)" } else { "Connect" });
        if form.busy {
            self.button.deactivate();
        } else {
            self.button.activate();
        }
        self.group.redraw();
    }

    fn paint(&mut self, c: &Colors, size: i32) {
        self.group.set_color(c.panel);
        self.title.set_label_size(size * 2);
        self.title.set_label_font(Font::HelveticaBold);
        self.title.set_label_color(c.text);
        self.subtitle.set_label_size(size);
        self.subtitle.set_label_color(c.faint);
        for label in &mut self.labels {
            label.set_label_size(size);
            label.set_label_color(c.text);
        }
        for error in &mut self.errors {
            error.set_label_size(size * 6 / 7);
            error.set_label_color(c.bad);
        }
        paint_input(&mut self.server, c, size);
        paint_input(&mut self.name, c, size);
        paint_input(&mut self.passkey, c, size);
        paint_input(&mut self.open_passkey, c, size);
        self.recent.set_frame(FrameType::FlatBox);
        self.recent.set_color(c.field);
        self.recent.set_label_size(size);
        self.recent.set_label_color(c.text);
        self.show.set_frame(FrameType::FlatBox);
        self.show.set_label_size(size * 6 / 7);
        self.show.set_label_color(c.faint);
        self.show.set_color(c.field);
        for field in &mut self.fields {
            field.set_frame(FrameType::FlatBox);
            field.set_color(c.field);
        }
        self.button.set_frame(FrameType::FlatBox);
        self.button.set_color(c.accent);
        self.button.set_selection_color(c.link);
        self.button.set_label_color(c.on_accent);
        self.button.set_label_size(size);
    }

    /// To what is wrong, which the next letter replaces. A window without the keyboard does not take it.
    fn go_to(&mut self, field: Field) {
        if app::focus().is_none() {
            return;
        }
        match field {
            Field::Server => select_all(&mut self.server),
            Field::Name => select_all(&mut self.name),
            Field::Passkey if self.passkey.visible() => select_all(&mut self.passkey),
            Field::Passkey => select_all(&mut self.open_passkey),
        }
    }

    /// The first field that is still to be filled.
    pub fn focus(&mut self) {
        if self.name.value().is_empty() {
            let _ = self.name.take_focus();
        } else {
            let _ = self.passkey.take_focus();
        }
    }
}

fn select_all<I: InputExt + WidgetExt>(input: &mut I) {
    let _ = input.take_focus();
    let _ = input.set_position(input.value().len().try_into().unwrap_or(0));
    let _ = input.set_mark(0);
}

/// Has a field say what is typed. Tab goes to the first of `next` that is shown.
fn tell<I>(input: &mut I, mail: &Mailbox, msg: fn(String) -> Msg, mut next: Vec<Widget>)
where
    I: InputExt + WidgetExt + WidgetBase,
{
    let (typed, entered) = (mail.clone(), mail.clone());
    input.set_trigger(CallbackTrigger::Changed);
    input.set_callback(move |it| typed.send(msg(it.value())));
    // Enter connects: the field itself must not see it first.
    input.super_handle_first(false);
    input.handle(move |_, event| match app::event_key() {
        _ if event != Event::KeyDown => false,
        Key::Enter | Key::KPEnter => {
            entered.send(Msg::Connect);
            true
        }
        Key::Tab if !app::is_event_shift() => {
            next.iter_mut().find(|it| it.visible()).is_some_and(|it| it.take_focus().is_ok())
        }
        _ => false,
    });
}

pub fn paint_input<I: InputExt + WidgetExt>(input: &mut I, c: &Colors, size: i32) {
    input.set_frame(FrameType::FlatBox);
    input.set_color(c.field);
    input.set_text_color(c.text);
    input.set_cursor_color(c.text);
    input.set_selection_color(c.selection);
    input.set_text_size(size);
    input.set_label_color(Color::from_rgb(0, 0, 0));
}
