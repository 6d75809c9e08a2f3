#ifndef TELLER_CMONGOC_SHIM_H
#define TELLER_CMONGOC_SHIM_H
#include <mongoc/mongoc.h>
#endif
