import BSON

/// What can be done with the database in one unit of work, inside or outside of a transaction.
///
/// All of it blocks the unit's own thread, in the order it is called. Generic code takes
/// `borrowing some MongoOperations & ~Copyable`.
package protocol MongoOperations: ~Copyable {
    var unit: UnitOfWork { get }
}

/// A connection lent to the body of `MongoDatabase.run`: each operation stands for itself.
///
/// Writes are acknowledged by the majority, journaled, and tried a second time by the driver
/// when the connection breaks; reads see what the majority has.
package struct MongoConnection: ~Copyable, MongoOperations {
    package let unit: UnitOfWork
}

/// A transaction lent to the body of `MongoDatabase.transaction`: all operations or none.
///
/// After an operation has thrown, the transaction is dead on the server: leave the body. If the
/// body doesn't rethrow, the transaction is given up all the same.
package struct MongoTransaction: ~Copyable, MongoOperations {
    package let unit: UnitOfWork
}
