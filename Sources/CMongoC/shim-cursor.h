// Cursors. Each must be ended with mongoc_cursor_destroy, which also ends it on the server.

#ifndef TELLER_CMONGOC_CURSOR_H
#define TELLER_CMONGOC_CURSOR_H

/// Null and an error if the arguments are no good; the server speaks with the first `next`.
static inline mongoc_cursor_t *teller_find(
    mongoc_client_t *client, mongoc_client_session_t *session, const char *database,
    const char *collection, teller_bytes filter, teller_bytes options, bson_error_t *error) {
    bson_t view;
    bson_t all;
    mongoc_cursor_t *cursor = NULL;
    if (!teller_options(&all, options, session, error)) {
        bson_destroy(&all);
        return NULL;
    }
    if (teller_view(&view, filter)) {
        mongoc_collection_t *handle =
            mongoc_client_get_collection(client, database, collection);
        cursor = mongoc_collection_find_with_opts(handle, &view, &all, NULL);
        mongoc_collection_destroy(handle);
    } else {
        teller_fail(error, "invalid filter");
    }
    bson_destroy(&all);
    return cursor;
}

/// `pipeline` is an array's bytes.
static inline mongoc_cursor_t *teller_aggregate(
    mongoc_client_t *client, mongoc_client_session_t *session, const char *database,
    const char *collection, teller_bytes pipeline, teller_bytes options,
    bson_error_t *error) {
    bson_t view;
    bson_t all;
    mongoc_cursor_t *cursor = NULL;
    if (!teller_options(&all, options, session, error)) {
        bson_destroy(&all);
        return NULL;
    }
    if (teller_view(&view, pipeline)) {
        mongoc_collection_t *handle =
            mongoc_client_get_collection(client, database, collection);
        cursor = mongoc_collection_aggregate(handle, MONGOC_QUERY_NONE, &view, &all, NULL);
        mongoc_collection_destroy(handle);
    } else {
        teller_fail(error, "invalid pipeline");
    }
    bson_destroy(&all);
    return cursor;
}

/// The next document, lent until the cursor is used again. False at the end and on errors.
static inline bool teller_cursor_next(mongoc_cursor_t *cursor, teller_bytes *document) {
    const bson_t *view = NULL;
    if (!mongoc_cursor_next(cursor, &view)) {
        return false;
    }
    document->data = bson_get_data(view);
    document->length = view->len;
    return true;
}

/// True if the cursor failed; then with the reason and the server's reply.
static inline bool teller_cursor_failed(mongoc_cursor_t *cursor, teller_reply *reply) {
    const bson_t *view = NULL;
    if (!mongoc_cursor_error_document(cursor, &reply->error, &view)) {
        return false;
    }
    if (view != NULL) {
        bson_t copy;
        bson_copy_to(view, &copy);
        teller_take(reply, &copy);
    }
    return true;
}

#endif
