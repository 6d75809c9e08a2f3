import BSON
import Mongo
import Testing

extension `With a replica set` {
    @Suite struct `Operations` {
        @Test func `find what was inserted, in the order and number asked for`() async throws {
            try await MongoTestDatabase.with { database in
                let found = try await database.run { connection in
                    try connection.insertMany(
                        "things", (0..<300).map { ["_id": .int64($0), "even": .bool($0 % 2 == 0)] })
                    return try connection.find(
                        "things", ["even": true],
                        FindOptions(projection: ["_id": 1], sort: ["_id": -1], batchSize: 10))
                }
                #expect(found.count == 150)
                #expect(found.first == ["_id": 298])
                let few = try await database.run { connection in
                    try connection.find("things", [:], FindOptions(limit: 3, hint: "_id_"))
                }
                #expect(few.count == 3)
            }
        }

        @Test func `give documents one by one, until the reader throws`() async throws {
            struct Enough: Error {}
            try await MongoTestDatabase.with { database in
                let sum = try await database.run { connection in
                    try connection.insertMany("things", (1...1_000).map { ["_id": .int64($0)] })
                    var sum: Int64 = 0
                    try connection.forEach("things", [:], FindOptions(batchSize: 50)) {
                        sum += try $0.int64("_id")
                    }
                    return sum
                }
                #expect(sum == 500_500)
                await #expect(throws: Enough.self) {
                    try await database.run { connection in
                        try connection.forEach("things", [:], FindOptions(batchSize: 10)) { _ in
                            throw Enough()
                        }
                    }
                }
                #expect(try await database.leftOpen().isEmpty)
            }
        }

        @Test func `update, replace and delete, and tell how many`() async throws {
            try await MongoTestDatabase.with { database in
                try await database.run { connection in
                    try connection.insertMany("things", [["_id": 1, "n": 1], ["_id": 2, "n": 1]])
                    let one = try connection.updateOne("things", ["_id": 1], ["$inc": ["n": 4]])
                    #expect(one.matched == 1 && one.modified == 1)
                    let same = try connection.updateOne("things", ["_id": 1], ["$set": ["n": 5]])
                    #expect(same.matched == 1 && same.modified == 0)
                    let many = try connection.updateMany("things", [:], ["$inc": ["n": 1]])
                    #expect(many.modified == 2)
                    let new = try connection.updateOne(
                        "things", ["_id": 3], ["$set": ["n": 9]], upsert: true)
                    #expect(new.upserted == 1 && new.matched == 0)
                    try connection.replaceOne("things", ["_id": 2], ["word": "two"])
                    #expect(try connection.findOne("things", ["_id": 2])?.string("word") == "two")
                    #expect(try connection.deleteOne("things", ["_id": 2]) == 1)
                    #expect(try connection.deleteMany("things", ["n": ["$gt": 0]]) == 2)
                    #expect(try connection.findOne("things", [:]) == nil)
                }
            }
        }

        @Test func `update by a pipeline that computes with the document`() async throws {
            try await MongoTestDatabase.with { database in
                try await database.run { connection in
                    try connection.insertOne("things", ["_id": 1, "a": 2, "b": 3])
                    let pipeline: MongoUpdate = [["$set": ["sum": ["$add": ["$a", "$b"]]]]]
                    try connection.updateOne("things", ["_id": 1], pipeline)
                    #expect(try connection.findOne("things", [:])?.int64("sum") == 5)
                    let changed = try connection.findOneAndUpdate(
                        "things", ["_id": 1], [["$set": ["sum": ["$multiply": ["$a", "$b"]]]]])
                    #expect(try changed?.int64("sum") == 6)
                }
            }
        }

        @Test func `send writes of several kinds together`() async throws {
            try await MongoTestDatabase.with { database in
                let result = try await database.run { connection in
                    try connection.bulkWrite("things") { bulk in
                        for id: Int64 in 0..<10 {
                            bulk.insert(["_id": .int64(id), "n": 0])
                        }
                        bulk.updateMany([:], ["$inc": ["n": 1]])
                        bulk.updateOne(["_id": 4], ["$set": ["n": 7]])
                        bulk.replaceOne(["_id": 5], ["n": 8])
                        bulk.deleteOne(["_id": 6])
                        bulk.deleteMany(["n": 1])
                    }
                }
                #expect(result.inserted == 10 && result.matched == 12 && result.deleted == 8)
                let nothing = try await database.run { try $0.bulkWrite("things") { _ in } }
                #expect(nothing == WriteResult())
            }
        }

        @Test func `find and change one document in one step`() async throws {
            try await MongoTestDatabase.with { database in
                try await database.run { connection in
                    try connection.insertMany("things", [["_id": 1, "n": 1], ["_id": 2, "n": 2]])
                    let before = try connection.findOneAndUpdate(
                        "things", [:], ["$inc": ["n": 10]], returning: .before, sort: ["n": -1])
                    #expect(try before?.int64("n") == 2)
                    let after = try connection.findOneAndUpdate(
                        "things", ["_id": 2], ["$inc": ["n": 1]], projection: ["n": 1, "_id": 0])
                    #expect(after == ["n": 13])
                    let none = try connection.findOneAndUpdate(
                        "things", ["_id": 9], ["$set": ["n": 1]])
                    #expect(none == nil)
                    #expect(try connection.findOneAndDelete("things", ["_id": 1])?.int64("n") == 1)
                    #expect(try connection.count("things") == 1)
                }
            }
        }

        @Test func `aggregate and count`() async throws {
            try await MongoTestDatabase.with { database in
                try await database.run { connection in
                    try connection.insertMany(
                        "things", (0..<100).map { ["_id": .int64($0), "k": .int64($0 % 3)] })
                    let groups = try connection.aggregate(
                        "things",
                        [["$group": ["_id": "$k", "n": ["$sum": 1]]], ["$sort": ["_id": 1]]])
                    #expect(try groups.map { try $0.int64("n") } == [34, 33, 33])
                    #expect(try connection.count("things", ["k": 1]) == 33)
                    #expect(try connection.count("things", limit: 5) == 5)
                    #expect(try connection.count("things", ["k": 9]) == 0)
                }
            }
        }

        @Test func `insert more than one message can hold`() async throws {
            try await MongoTestDatabase.with { database in
                let text = String(repeating: "x", count: 1_000_000)
                try await database.run { connection in
                    try connection.insertMany(
                        "things", (0..<60).map { ["_id": .int64($0), "text": .string(text)] })
                }
                #expect(try await database.run { try $0.count("things") } == 60)
            }
        }

        @Test func `make collections, validators and indexes, again and again`() async throws {
            try await MongoTestDatabase.with { database in
                try await database.run { connection in
                    for least: Int64 in [0, 1] {
                        try connection.ensureCollection(
                            "made", validator: ["n": ["$gt": .int64(least)]])
                        try connection.createIndexes(
                            "made",
                            [
                                MongoIndex("by_n", keys: ["n": 1], unique: true),
                                MongoIndex(
                                    "by_x", keys: ["x": 1, "y": -1],
                                    partialFilter: ["x": ["$exists": true]]),
                                MongoIndex("ttl", keys: ["at": 1], expiresAfter: .seconds(60)),
                            ])
                    }
                    #expect(try connection.collectionNames() == ["made", "things"])
                    try connection.dropCollection("made")
                    try connection.dropCollection("made")
                    #expect(try connection.collectionNames() == ["things"])
                }
            }
        }
    }
}

/// All tests that need MongoDB; one after another, because fail points and server status belong
/// to the whole server.
@Suite(.serialized) struct `With a replica set` {}
