// Inserts, updates and deletes, gathered and sent in as few messages as the server allows.

#ifndef TELLER_CMONGOC_BULK_H
#define TELLER_CMONGOC_BULK_H

static inline mongoc_bulk_operation_t *teller_bulk_new(
    mongoc_client_t *client, mongoc_client_session_t *session, const char *database,
    const char *collection, bool ordered, bson_error_t *error) {
    bson_t options = BSON_INITIALIZER;
    BSON_APPEND_BOOL(&options, "ordered", ordered);
    mongoc_bulk_operation_t *bulk = NULL;
    if (session == NULL || mongoc_client_session_append(session, &options, error)) {
        mongoc_collection_t *handle =
            mongoc_client_get_collection(client, database, collection);
        bulk = mongoc_collection_create_bulk_operation_with_opts(handle, &options);
        mongoc_collection_destroy(handle);
    }
    bson_destroy(&options);
    return bulk;
}

/// `{validate: false}`: our documents are well formed and in UTF-8 by construction, and the driver
/// would go through each of them once more.
static inline void teller_no_validation(bson_t *options) {
    bson_init(options);
    BSON_APPEND_BOOL(options, "validate", false);
}

static inline bool teller_bulk_insert(
    mongoc_bulk_operation_t *bulk, teller_bytes document, bson_error_t *error) {
    bson_t view;
    if (!teller_view(&view, document)) {
        return teller_fail(error, "invalid document");
    }
    bson_t options;
    teller_no_validation(&options);
    const bool added = mongoc_bulk_operation_insert_with_opts(bulk, &view, &options, error);
    bson_destroy(&options);
    return added;
}

typedef enum {
    TELLER_UPDATE_ONE,
    TELLER_UPDATE_MANY,
    TELLER_REPLACE_ONE,
} teller_update_kind;

/// `update`: a document of operators, the bytes of a pipeline's array, or the replacement.
static inline bool teller_bulk_update(
    mongoc_bulk_operation_t *bulk, teller_update_kind kind, teller_bytes filter,
    teller_bytes update, bool upsert, bson_error_t *error) {
    bson_t filter_view;
    bson_t update_view;
    if (!teller_view(&filter_view, filter) || !teller_view(&update_view, update)) {
        return teller_fail(error, "invalid update");
    }
    bson_t options;
    teller_no_validation(&options);
    if (upsert) {
        BSON_APPEND_BOOL(&options, "upsert", true);
    }
    bool added = false;
    switch (kind) {
        case TELLER_UPDATE_ONE:
            added = mongoc_bulk_operation_update_one_with_opts(
                bulk, &filter_view, &update_view, &options, error);
            break;
        case TELLER_UPDATE_MANY:
            added = mongoc_bulk_operation_update_many_with_opts(
                bulk, &filter_view, &update_view, &options, error);
            break;
        case TELLER_REPLACE_ONE:
            added = mongoc_bulk_operation_replace_one_with_opts(
                bulk, &filter_view, &update_view, &options, error);
            break;
    }
    bson_destroy(&options);
    return added;
}

static inline bool teller_bulk_remove(
    mongoc_bulk_operation_t *bulk, bool many, teller_bytes filter, bson_error_t *error) {
    bson_t view;
    if (!teller_view(&view, filter)) {
        return teller_fail(error, "invalid filter");
    }
    return many
        ? mongoc_bulk_operation_remove_many_with_opts(bulk, &view, NULL, error)
        : mongoc_bulk_operation_remove_one_with_opts(bulk, &view, NULL, error);
}

static inline bool teller_bulk_execute(mongoc_bulk_operation_t *bulk, teller_reply *reply) {
    bson_t document;
    const bool done = mongoc_bulk_operation_execute(bulk, &document, &reply->error) != 0;
    teller_take(reply, &document);
    return done;
}

#endif
