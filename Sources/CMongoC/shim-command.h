// Commands, as documents.

#ifndef TELLER_CMONGOC_COMMAND_H
#define TELLER_CMONGOC_COMMAND_H

typedef enum {
    /// Sent as it is.
    TELLER_COMMAND_PLAIN,
    /// With the pool's read concern; tried a second time if the first can't be told.
    TELLER_COMMAND_READ,
    /// With the pool's write concern; findAndModify is tried a second time likewise.
    TELLER_COMMAND_WRITE,
} teller_command_kind;

/// Runs a command. `server_id` 0: on the primary, else on that server.
static inline bool teller_command(
    mongoc_client_t *client, mongoc_client_session_t *session, teller_command_kind kind,
    const char *database, teller_bytes command, uint32_t server_id, teller_reply *reply) {
    bson_t view;
    if (!teller_view(&view, command)) {
        return teller_fail(&reply->error, "invalid command");
    }
    bson_t options = BSON_INITIALIZER;
    if (session != NULL && !mongoc_client_session_append(session, &options, &reply->error)) {
        bson_destroy(&options);
        return false;
    }
    if (server_id != 0) {
        BSON_APPEND_INT32(&options, "serverId", (int32_t) server_id);
    }
    bson_t document;
    bool done = false;
    switch (kind) {
        case TELLER_COMMAND_READ:
            done = mongoc_client_read_command_with_opts(
                client, database, &view, NULL, &options, &document, &reply->error);
            break;
        case TELLER_COMMAND_WRITE:
            done = mongoc_client_write_command_with_opts(
                client, database, &view, &options, &document, &reply->error);
            break;
        case TELLER_COMMAND_PLAIN:
            done = mongoc_client_command_with_opts(
                client, database, &view, NULL, &options, &document, &reply->error);
            break;
    }
    bson_destroy(&options);
    teller_take(reply, &document);
    return done;
}

/// The primary's number, for commands that must meet the same server again; 0 and an error if
/// there is none in time.
static inline uint32_t teller_primary(mongoc_client_t *client, bson_error_t *error) {
    mongoc_server_description_t *server =
        mongoc_client_select_server(client, true, NULL, error);
    if (server == NULL) {
        return 0;
    }
    const uint32_t id = mongoc_server_description_id(server);
    mongoc_server_description_destroy(server);
    return id;
}

#endif
