import Foundation
import TestSupport
import Testing

/// What a program asks of the file system, in the order that it asks, as a library in front of the C library sees it.
struct SystemCalls {
    /// A call that succeeded.
    struct Call: Equatable, CustomStringConvertible {
        let name: String
        /// The absolute path; of a renamed file the one that it had.
        let path: String
        /// The path that a renamed file gets.
        var target: String?

        var description: String { "\(name) \(path)" + (target.map { " -> \($0)" } ?? "") }
    }

    private let library: String
    private let log: String

    private static let compiler = ["/usr/bin/cc", "/usr/bin/clang", "/usr/bin/gcc"]
        .first(where: FileManager.default.isExecutableFile)

    /// Whether calls can be seen here.
    static var areSeen: Bool {
        #if os(Linux)
            compiler != nil
        #else
            false
        #endif
    }

    /// Builds the library in a folder.
    init(in folder: TemporaryFolder) async throws {
        library = folder.path("calls.so")
        log = folder.path("calls.log")
        let source = try folder.write(Self.source, to: "calls.c")
        let arguments = ["-shared", "-fPIC", "-o", library, source, "-ldl"]
        let compiler = try #require(Self.compiler)
        let outcome = try await ToolRun(arguments, program: compiler).run()
        try #require(outcome.status == 0, "\(outcome.error)")
    }

    /// Runs `residua`.
    ///
    /// - Parameters:
    ///   - arguments: The arguments.
    ///   - folder: The working folder; the test's own when nil.
    ///   - environment: More variables.
    ///   - failing: No file whose path holds this text reaches the disk.
    ///   - interruption: A signal to send on the way.
    /// - Returns: How it ended, and what it asked for.
    /// - Throws: Why it could not be run.
    func run(
        _ arguments: [String],
        at folder: String? = nil,
        environment: [String: String] = [:],
        failing: String? = nil,
        interruption: ToolRun.Interruption? = nil
    ) async throws -> (outcome: ToolRun.Outcome, calls: [Call]) {
        try? FileManager.default.removeItem(atPath: log)
        var tool = ToolRun(arguments, interruption: interruption)
        tool.folder = folder
        for (name, value) in environment { tool.environment[name] = value }
        tool.environment["LD_PRELOAD"] = library
        tool.environment["CALLS_LOG"] = log
        tool.environment["CALLS_FAILING"] = failing
        let outcome = try await tool.run()
        // None at all where nothing was written.
        let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        let lines = text.split(separator: "\n")
        return (
            outcome,
            lines.map { line in
                let parts = line.split(separator: "\t").map(String.init)
                return Call(
                    name: parts[0],
                    path: parts.count > 1 ? parts[1] : "",
                    target: parts.count > 2 ? parts[2] : nil
                )
            }
        )
    }

    private static let source = #"""
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <errno.h>
        #include <fcntl.h>
        #include <stdarg.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/stat.h>
        #include <sys/syscall.h>
        #include <unistd.h>

        #define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

        static void note(const char *call, const char *path, const char *target) {
            int saved = errno;
            const char *name = getenv("CALLS_LOG");
            if (!name) return;
            char line[9000];
            int length = target
                ? snprintf(line, sizeof line, "%s\t%s\t%s\n", call, path, target)
                : snprintf(line, sizeof line, "%s\t%s\n", call, path);
            int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC;
            int log = (int)syscall(SYS_openat, AT_FDCWD, name, flags, 0600);
            if (log >= 0) {
                syscall(SYS_write, log, line, (size_t)length);
                syscall(SYS_close, log);
            }
            errno = saved;
        }

        static void note_file(const char *call, int descriptor) {
            int saved = errno;
            char name[64], path[4096];
            snprintf(name, sizeof name, "/proc/self/fd/%d", descriptor);
            ssize_t length = readlink(name, path, sizeof path - 1);
            if (length > 0 && path[0] == '/') {
                path[length] = 0;
                note(call, path, NULL);
            }
            errno = saved;
        }

        static int fails(int descriptor) {
            const char *text = getenv("CALLS_FAILING");
            char name[64], path[4096];
            snprintf(name, sizeof name, "/proc/self/fd/%d", descriptor);
            ssize_t length = readlink(name, path, sizeof path - 1);
            if (!text || length <= 0) return 0;
            path[length] = 0;
            return strstr(path, text) != NULL;
        }

        static int opened(int descriptor, int flags) {
            if (descriptor >= 0 && flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC))
                note_file("open", descriptor);
            return descriptor;
        }

        #define MODE(flags, last) \
            va_list rest; \
            va_start(rest, last); \
            mode_t mode = (flags) & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
            va_end(rest)

        int open(const char *path, int flags, ...) {
            MODE(flags, flags);
            return opened(NEXT(open)(path, flags, mode), flags);
        }
        int open64(const char *path, int flags, ...) {
            MODE(flags, flags);
            return opened(NEXT(open64)(path, flags, mode), flags);
        }
        int openat(int folder, const char *path, int flags, ...) {
            MODE(flags, flags);
            return opened(NEXT(openat)(folder, path, flags, mode), flags);
        }
        FILE *fopen(const char *path, const char *mode) {
            FILE *file = NEXT(fopen)(path, mode);
            if (file && strpbrk(mode, "wa+")) note_file("open", fileno(file));
            return file;
        }
        int mkdir(const char *path, mode_t mode) {
            int result = NEXT(mkdir)(path, mode);
            char *whole = result ? NULL : realpath(path, NULL);
            if (whole) note("mkdir", whole, NULL);
            free(whole);
            return result;
        }
        int rename(const char *from, const char *to) {
            int result = NEXT(rename)(from, to);
            if (!result) note("rename", from, to);
            return result;
        }
        static int is_lost;

        ssize_t write(int descriptor, const void *bytes, size_t count) {
            ssize_t result = NEXT(write)(descriptor, bytes, count);
            if (result > 0) {
                note_file("write", descriptor);
                if (fails(descriptor)) is_lost = 1;
            }
            return result;
        }
        ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t place) {
            ssize_t result = NEXT(pwrite)(descriptor, bytes, count, place);
            if (result > 0) note_file("write", descriptor);
            return result;
        }
        ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t place) {
            ssize_t result = NEXT(pwrite64)(descriptor, bytes, count, place);
            if (result > 0) note_file("write", descriptor);
            return result;
        }
        int syncfs(int descriptor) {
            if (is_lost) {
                errno = EIO;
                return -1;
            }
            int result = NEXT(syncfs)(descriptor);
            if (!result) note_file("syncfs", descriptor);
            return result;
        }
        int fsync(int descriptor) {
            if (fails(descriptor)) {
                errno = EIO;
                return -1;
            }
            int result = NEXT(fsync)(descriptor);
            if (!result) note_file("sync", descriptor);
            return result;
        }

        """#
}
