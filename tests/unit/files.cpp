// Files that are replaced whole or not at all.
#include <doctest/doctest.h>

#include <string>

#include "genotype/files/atomic_file.hpp"
#include "support/small_files.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;

TEST_CASE("a file is written, then replaced") {
    TemporaryFolder folder;
    write_file(folder / "file", "one");
    CHECK(content_of(folder / "file") == "one");
    write_file(folder / "file", "two two");
    CHECK(content_of(folder / "file") == "two two");
    CHECK(folder.entries() == 1);
}

TEST_CASE("a write that is not committed leaves no trace") {
    TemporaryFolder folder;
    folder.file("file", "old");
    {
        AtomicFile file(folder / "file");
        file.write("new");
        CHECK(folder.entries() == 2);
        CHECK(content_of(folder / "file") == "old");
    }
    CHECK(content_of(folder / "file") == "old");
    CHECK(folder.entries() == 1);
}

TEST_CASE("a full disk leaves the old file untouched") {
    TemporaryFolder folder;
    folder.file("file", "old");
    std::string text;
    {
        SmallFiles limit(1000);
        text = error_of([&] { write_file(folder / "file", std::string(5000, 'x')); });
    }
    CHECK(contains(text, (folder / "file").string()));
    CHECK(contains(text, "content: found File too large, expected a complete write"));
    CHECK(content_of(folder / "file") == "old");
    CHECK(folder.entries() == 1);
}

TEST_CASE("places that cannot be written to") {
    TemporaryFolder folder;
    folder.file("plain", "x");
    std::filesystem::create_directory(folder / "folder");
    CHECK(contains(error_of([&] { write_file(folder / "absent/file", "x"); }), "folder: found no such folder"));
    CHECK(contains(error_of([&] { write_file(folder / "plain/file", "x"); }), "folder: found no such folder"));
    CHECK(contains(error_of([&] { write_file(folder / "folder", "x"); }), "file: found something that is not a plain"));
    CHECK(contains(error_of([&] { write_file("/dev/full", "x"); }), "/dev/full: file"));
    if (geteuid() == 0) {
        MESSAGE("skipped for root, whom no mode stops: a folder without write permission");
    } else {
        std::filesystem::permissions(folder / "folder", std::filesystem::perms::owner_read);
        CHECK(contains(error_of([&] { write_file(folder / "folder/file", "x"); }), "expected a writable folder"));
        std::filesystem::permissions(folder / "folder", std::filesystem::perms::owner_all);
    }
}

TEST_CASE("a link keeps leading to its file") {
    TemporaryFolder folder;
    folder.file("real", "old");
    std::filesystem::create_symlink("real", folder / "link");
    write_file(folder / "link", "new");
    CHECK(std::filesystem::is_symlink(folder / "link"));
    CHECK(content_of(folder / "real") == "new");
}
