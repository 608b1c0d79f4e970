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
        let users = self.hub.users().filter(|user| user.id > list.after);
        let (users, more) = page(users, |user| user.id);
        let people = users.into_iter().map(crate::core::User::person).collect();
        self.send(conn, &UserList { id: list.id, people, more });
    }

    pub(super) fn handle_list_members(&mut self, conn: ConnId, list: &ListMembers) {
        let Some(room) = self.hub.room(list.room) else { return };
        let ids = room.members.keys().copied().filter(|user| *user > list.after);
        let (ids, more) = page(ids, |id| *id);
        let members = ids.into_iter().filter_map(|id| room.member(self.hub.user(id)?)).collect();
        self.send(conn, &Members { id: list.id, room: list.room, members, more });
    }

    pub(super) fn handle_list_rooms(&mut self, conn: ConnId, list: &ListRooms) {
        let Some(viewer) = self.user_of(conn) else { return };
        let rooms = self.hub.rooms().filter(|room| room.id > list.after && room.kind != RoomKind::Direct);
        let (rooms, more) = page(rooms, |room| room.id);
        let rooms = rooms.into_iter().map(|room| room.info(viewer)).collect();
        self.send(conn, &RoomList { id: list.id, rooms, more });
    }

    pub(super) fn handle_ping(&mut self, conn: ConnId) {
        let user = self.user_of(conn);
        let rooms = user.map(|user| self.rooms_of(user)).unwrap_or_default();
        let heads = rooms.into_iter().filter_map(|room| Some((room, self.hub.room(room)?.head))).collect();
        let heartbeat_ms = millis(self.heartbeat());
        self.send(conn, &Pong { heads, heartbeat_ms });
    }

    /// Sends a connection the state of a room that its user is in.
    pub(super) fn notice_room(&mut self, conn: ConnId, room: RoomId, viewer: UserId) {
        if let Some(info) = self.hub.room(room).map(|room| room.info(viewer)) {
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
