// Sessions and transactions.

#ifndef TELLER_CMONGOC_SESSION_H
#define TELLER_CMONGOC_SESSION_H

/// A session without causal consistency. Selects a server; null and an error if there is none.
static inline mongoc_client_session_t *teller_session_start(
    mongoc_client_t *client, bson_error_t *error) {
    mongoc_session_opt_t *options = mongoc_session_opts_new();
    mongoc_session_opts_set_causal_consistency(options, false);
    mongoc_client_session_t *session = mongoc_client_start_session(client, options, error);
    mongoc_session_opts_destroy(options);
    return session;
}

/// Snapshot reads, majority and journal, primary; told so explicitly, whatever the URI says.
static inline bool teller_transaction_start(
    mongoc_client_session_t *session, int64_t commit_ms_max, bson_error_t *error) {
    mongoc_read_concern_t *reads = mongoc_read_concern_new();
    mongoc_read_concern_set_level(reads, MONGOC_READ_CONCERN_LEVEL_SNAPSHOT);
    mongoc_write_concern_t *writes = mongoc_write_concern_new();
    mongoc_write_concern_set_w(writes, MONGOC_WRITE_CONCERN_W_MAJORITY);
    mongoc_write_concern_set_journal(writes, true);
    mongoc_read_prefs_t *primary = mongoc_read_prefs_new(MONGOC_READ_PRIMARY);
    mongoc_transaction_opt_t *options = mongoc_transaction_opts_new();
    mongoc_transaction_opts_set_read_concern(options, reads);
    mongoc_transaction_opts_set_write_concern(options, writes);
    mongoc_transaction_opts_set_read_prefs(options, primary);
    mongoc_transaction_opts_set_max_commit_time_ms(options, commit_ms_max);

    const bool started = mongoc_client_session_start_transaction(session, options, error);

    mongoc_transaction_opts_destroy(options);
    mongoc_read_prefs_destroy(primary);
    mongoc_write_concern_destroy(writes);
    mongoc_read_concern_destroy(reads);
    return started;
}

static inline bool teller_transaction_commit(
    mongoc_client_session_t *session, teller_reply *reply) {
    bson_t document;
    const bool committed =
        mongoc_client_session_commit_transaction(session, &document, &reply->error);
    teller_take(reply, &document);
    return committed;
}

/// Ends on the server what is still open in the session. Whether it could be told makes no
/// difference: its own time limit ends it as well.
static inline void teller_session_kill(
    mongoc_client_t *client, const mongoc_client_session_t *session) {
    bson_t command = BSON_INITIALIZER, sessions, reply;
    bson_error_t error;
    BSON_APPEND_ARRAY_BEGIN(&command, "killSessions", &sessions);
    BSON_APPEND_DOCUMENT(&sessions, "0", mongoc_client_session_get_lsid(session));
    bson_append_array_end(&command, &sessions);
    mongoc_client_command_simple(client, "admin", &command, NULL, &reply, &error);
    bson_destroy(&reply);
    bson_destroy(&command);
}

#endif
