// Zip archives through libzip: members read from front to back, and archives made in memory.
#pragma once

#include <zip.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "genotype/files/byte_source.hpp"
#include "genotype/files/file_kind.hpp"
#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1::detail {

/// An archive that is only read, whatever happens.
class ZipReader {
  public:
    explicit ZipReader(const std::filesystem::path& path) : name_(path.string()) {
        std::error_code code;
        if (!std::filesystem::is_regular_file(path, code)) fail(name_, "file", "no plain file", "a readable file");
        // libzip takes an empty file for an archive without members.
        if (std::filesystem::file_size(path, code) == 0) fail(name_, "file", "an empty file", "a zip archive");
        int reason = 0;
        archive_.reset(zip_open(name_.c_str(), ZIP_RDONLY, &reason));
        if (archive_) return;
        zip_error_t error;
        zip_error_init_with_code(&error, reason);
        const std::string text = zip_error_strerror(&error);
        zip_error_fini(&error);
        expect_no_other_kind(name_, "file", std::string_view(first_bytes(path)), "a zip archive", false);
        fail(name_, "file", text, "a zip archive");
    }

    const std::string& name() const { return name_; }
    zip_t* handle() { return archive_.get(); }

    /// The names of all members, in the archive's order.
    std::vector<std::string> members() {
        std::vector<std::string> names;
        const zip_int64_t count = zip_get_num_entries(handle(), 0);
        for (zip_int64_t index = 0; index < count; ++index) {
            const char* member = zip_get_name(handle(), static_cast<zip_uint64_t>(index), 0);
            if (!member) fail(name_, concat("name of member ", index), zip_strerror(handle()), "a readable name");
            names.emplace_back(member);
        }
        return names;
    }

  private:
    struct Discard {
        void operator()(zip_t* archive) const { zip_discard(archive); }
    };
    std::string name_;
    std::unique_ptr<zip_t, Discard> archive_;
};

/// One member, stored or deflated, unpacked on the way; its checksum is compared when its end is reached.
class ZipMember : public ByteSource<ZipMember> {
  public:
    ZipMember(ZipReader& archive, std::uint64_t index, const std::string& member)
        : name_(archive.name() + ": " + member) {
        zip_stat_t facts;
        if (zip_stat_index(archive.handle(), index, 0, &facts) != 0)
            fail(name_, "member", zip_strerror(archive.handle()), "a readable member");
        if (facts.encryption_method != ZIP_EM_NONE)
            fail(name_, "encryption", "an encrypted member", "a member without encryption");
        if (facts.comp_method != ZIP_CM_STORE && facts.comp_method != ZIP_CM_DEFLATE)
            fail(name_, "compression", concat("method ", facts.comp_method), "0 (stored) or 8 (deflated)");
        file_.reset(zip_fopen_index(archive.handle(), index, 0));
        if (!file_) fail(name_, "member", zip_strerror(archive.handle()), "a readable member");
    }

    const std::string& name() const { return name_; }

    std::size_t read(std::span<std::uint8_t> to) {
        std::size_t done = 0;
        while (done < to.size()) {
            const zip_int64_t got = zip_fread(file_.get(), to.data() + done, to.size() - done);
            if (got < 0) fail(name_, "bytes", zip_file_strerror(file_.get()), "a whole member");
            if (got == 0) break;
            done += static_cast<std::size_t>(got);
        }
        return done;
    }

  private:
    struct Close {
        void operator()(zip_file_t* file) const { zip_fclose(file); }
    };
    std::string name_;
    std::unique_ptr<zip_file_t, Close> file_;
};

/// A member to write: `first`, then `second`.
struct ZipPart {
    std::string name;
    std::string first;
    std::string_view second;
};

/// An archive in memory that grows by members, and gives its bytes away when it is complete.
class ZipWriter {
  public:
    /// Messages begin with `name`.
    explicit ZipWriter(const std::string& name) : name_(name) {
        zip_error_t error;
        zip_error_init(&error);
        bytes_ = zip_source_buffer_create(nullptr, 0, 0, &error);
        archive_ = bytes_ ? zip_open_from_source(bytes_, ZIP_TRUNCATE, &error) : nullptr;
        zip_error_fini(&error);
        if (!archive_) {
            if (bytes_) zip_source_free(bytes_);
            fail(name_, "archive", "no memory", "memory for an archive");
        }
        zip_source_keep(bytes_);  // past the archive, which releases its own hold
    }
    ~ZipWriter() {
        if (archive_) zip_discard(archive_);
        zip_source_free(bytes_);
    }
    ZipWriter(const ZipWriter&) = delete;
    ZipWriter& operator=(const ZipWriter&) = delete;

    /// The part must live until `finish`.
    void add(const ZipPart& part, bool deflate) {
        const std::array<zip_buffer_fragment_t, 2> pieces{piece(part.first), piece(part.second)};
        zip_source_t* source = zip_source_buffer_fragment(archive_, pieces.data(), pieces.size(), 0);
        const zip_int64_t index =
            source ? zip_file_add(archive_, part.name.c_str(), source, ZIP_FL_ENC_UTF_8) : zip_int64_t{-1};
        if (index < 0) {
            const std::string reason = zip_strerror(archive_);
            if (source) zip_source_free(source);
            fail(name_, concat("member ", part.name), reason, "a new name in UTF-8");
        }
        const auto at = static_cast<zip_uint64_t>(index);
        constexpr zip_uint16_t first_of_january_1980 = 1 << 5 | 1;  // the same arrays give the same file
        if (zip_set_file_compression(archive_, at, deflate ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0) != 0 ||
            zip_file_set_dostime(archive_, at, 0, first_of_january_1980, 0) != 0)
            fail(name_, concat("member ", part.name), zip_strerror(archive_), "a member that libzip can write");
    }

    std::string finish() {
        if (zip_close(archive_) != 0) fail(name_, "archive", zip_strerror(archive_), "an archive that can be written");
        archive_ = nullptr;
        zip_stat_t facts;
        std::string archive;
        if (zip_source_stat(bytes_, &facts) == 0 && (facts.valid & ZIP_STAT_SIZE) && zip_source_open(bytes_) == 0) {
            archive.resize(static_cast<std::size_t>(facts.size));
            const zip_int64_t got = zip_source_read(bytes_, archive.data(), archive.size());
            zip_source_close(bytes_);
            if (got >= 0 && static_cast<std::size_t>(got) == archive.size()) return archive;
        }
        fail(name_, "archive", zip_error_strerror(zip_source_error(bytes_)), "an archive that can be read back");
    }

  private:
    static zip_buffer_fragment_t piece(std::string_view text) {
        // libzip's buffers serve both directions; this one is only read.
        return {reinterpret_cast<zip_uint8_t*>(const_cast<char*>(text.data())), text.size()};
    }

    std::string name_;
    zip_source_t* bytes_ = nullptr;
    zip_t* archive_ = nullptr;
};

}  // namespace genotype::inline v0_1::detail
