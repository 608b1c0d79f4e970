//! Lists of people, members and rooms, and the heads of a user's rooms.

use super::{Server, millis};
use crate::engine::ConnId;
use crate::wire::limits::LIST_MAX;
use crate::wire::{
    ListMembers, ListRooms, ListUsers, Members, Pong, RoomEntered, RoomId, RoomKind, RoomList, UserId,
    UserList,
};

impl Server {
    pub(super) fn handle_list_users(&mut self, conn: ConnId, list: &ListUsers) {
        let answer = self.user_list(list);
        self.send(conn, &answer);
    }

    fn user_list(&self, list: &ListUsers) -> UserList {
        let mut rest = self.state.people_after(list.after);
        let people = rest.by_ref().take(LIST_MAX as usize).map(|person| self.shown(person)).collect();
        UserList { id: list.id, people, more: rest.next().is_some() }
    }

    pub(super) fn handle_list_members(&mut self, conn: ConnId, list: &ListMembers) {
        if let Some(answer) = self.member_list(list) {
            self.send(conn, &answer);
        }
    }

    fn member_list(&self, list: &ListMembers) -> Option<Members> {
        let room = self.state.room(list.room)?;
        let mut rest = room.members.after(list.after);
        let page = rest.by_ref().take(LIST_MAX as usize);
        let members = page.filter_map(|user| self.shown_member(room, user)).collect();
        Some(Members { id: list.id, room: list.room, members, more: rest.next().is_some() })
    }

    pub(super) fn handle_list_rooms(&mut self, conn: ConnId, list: &ListRooms) {
        let Some(viewer) = self.user_of(conn) else { return };
        let rooms = self.state.rooms().filter(|room| room.id > list.after && room.kind != RoomKind::Direct);
        let (rooms, more) = page(rooms, |room| room.id);
        let rooms = rooms.into_iter().map(|room| room.info(viewer)).collect();
        self.send(conn, &RoomList { id: list.id, rooms, more });
    }

    pub(super) fn handle_ping(&mut self, conn: ConnId) {
        let user = self.user_of(conn);
        let rooms = user.into_iter().flat_map(|user| self.state.rooms_of(user));
        let heads = rooms.filter_map(|room| Some((room, self.state.room(room)?.head))).collect();
        let heartbeat_ms = millis(self.heartbeat());
        self.send(conn, &Pong { heads, heartbeat_ms });
    }

    /// Sends a connection the state of a room that its user is in.
    pub(super) fn notice_room(&mut self, conn: ConnId, room: RoomId, viewer: UserId) {
        if let Some(info) = self.state.room(room).map(|room| room.info(viewer)) {
            self.send(conn, &RoomEntered { room: info });
        }
    }
}

/// The first [`LIST_MAX`] by id, and whether there are more.
fn page<T, K: Ord>(all: impl Iterator<Item = T>, key: impl Fn(&T) -> K) -> (Vec<T>, bool) {
    let mut all: Vec<T> = all.collect();
    let more = all.len() > LIST_MAX as usize;
    if more {
        all.select_nth_unstable_by_key(LIST_MAX as usize, &key);
        all.truncate(LIST_MAX as usize);
    }
    all.sort_unstable_by_key(key);
    (all, more)
}
