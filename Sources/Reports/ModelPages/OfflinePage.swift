internal import Mustache

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// A page that is whole in one file: pictures inside, no scripts, nothing fetched, light or dark as the reader's system is.
enum OfflinePage {
    /// Fills a template; its variables in two braces are escaped.
    ///
    /// - Parameters:
    ///   - body: A Mustache template of what stands in the page's body.
    ///   - title: The title, escaped here.
    ///   - values: What the template's variables stand for.
    /// - Returns: HTML.
    static func render(body: String, title: String, values: any Sendable) -> [UInt8] {
        let content: String
        let shell: MustacheTemplate
        do {
            content = try MustacheTemplate(string: body).render(values)
            shell = try MustacheTemplate(string: frame)
        } catch {
            preconditionFailure("a template of this module is malformed: \(error)")
        }
        return Array(
            shell.render(["title": title, "style": style + heatStyle, "content": content]).utf8
        )
    }

    /// A picture inside the page; nothing where there is no such picture.
    static func source(_ name: String, in pictures: [String: [UInt8]]) -> String {
        pictures[name].map { "data:image/png;base64,\(Data($0).base64EncodedString())" } ?? ""
    }

    /// A number with so many digits after the point.
    static func number(_ value: Float, _ digits: Int = 2) -> String {
        number(Double(value), digits)
    }

    /// A number with so many digits after the point.
    static func number(_ value: Double, _ digits: Int = 2) -> String {
        guard value.isFinite else { return "\(value)" }
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let size = (abs(value) * scale).rounded()
        guard size < 1e15 else { return "\(value)" }
        let (whole, rest) = Int(size).quotientAndRemainder(dividingBy: Int(scale))
        let fraction =
            String(repeating: "0", count: digits - min(digits, "\(rest)".count)) + "\(rest)"
        let sign = value < 0 && size > 0 ? "-" : ""
        return digits == 0 ? "\(sign)\(whole)" : "\(sign)\(whole).\(fraction)"
    }

    private static let frame = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" \
        content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>{{title}}</title>
        <style>{{{style}}}</style>
        </head>
        <body>
        {{{content}}}
        </body>
        </html>

        """

    private static let style = """
        :root { --ink: #1c2026; --soft: #5c6470; --line: #d9dde3; --back: #fff; --card: #f5f6f8; \
        --bad: #b3261e; --good: #1b6e3c; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6e9ee; --soft: #9aa3b0; \
        --line: #343b45; --back: #14171b; --card: #1d2127; --bad: #ff8a80; --good: #7bd3a0; } }
        body { margin: 0 auto; max-width: 76rem; padding: 1.2rem; background: var(--back); \
        color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
        h1 { font-size: 1.35rem; overflow-wrap: anywhere; margin: 0 0 .4rem; }
        h2 { font-size: 1.1rem; margin: 2rem 0 .6rem; border-bottom: 1px solid var(--line); }
        h3 { font-size: 1rem; margin: 1.2rem 0 .4rem; }
        p { margin: .3rem 0; max-width: 60rem; }
        .soft { color: var(--soft); }
        .verdict { font-weight: 650; } .flagged { color: var(--bad); } .ok { color: var(--good); }
        .row { display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-start; }
        figure { margin: 0; background: var(--card); border: 1px solid var(--line); \
        border-radius: 6px; padding: .5rem; max-width: 100%; box-sizing: border-box; }
        figcaption { font-size: .85rem; color: var(--soft); max-width: 22rem; \
        overflow-wrap: anywhere; margin-top: .3rem; }
        figcaption b { color: var(--ink); }
        img { display: block; max-width: 100%; height: auto; }
        .map img { width: 22rem; } .detector img { width: 13rem; } .layer img { width: 13.5rem; }
        .detector figcaption { max-width: 13rem; } .layer figcaption { max-width: 13.5rem; }
        .crisp img, .atom img { image-rendering: pixelated; }
        .wide { width: fit-content; margin-bottom: 1rem; } .wide figcaption { max-width: 50rem; } \
        .chart img { width: 22.5rem; }
        .atom { font-size: .75rem; text-align: center; font-variant-numeric: tabular-nums; }
        .atom img { width: 3.6rem; margin-bottom: .15rem; }
        .atoms { display: flex; flex-wrap: wrap; gap: .5rem; margin: .2rem 0 .6rem; }
        .spot { position: relative; } .spot i { position: absolute; width: 1.4rem; \
        height: 1.4rem; margin: -.75rem 0 0 -.75rem; border: 2px solid #78ffeb; \
        border-radius: 50%; box-shadow: 0 0 0 1px #000; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
        td, th { padding: .15rem .8rem .15rem 0; text-align: right; white-space: nowrap; }
        td:first-child, th:first-child { text-align: left; }
        th { font-weight: 500; color: var(--soft); border-bottom: 1px solid var(--line); }
        .scroll { overflow-x: auto; }
        .scale { height: .8rem; width: 22rem; max-width: 100%; border-radius: 3px; }
        .ticks { width: 22rem; max-width: 100%; display: flex; justify-content: space-between; \
        font-size: .8rem; color: var(--soft); }

        """

    /// The heat maps' colours in even steps of the map, 0 to saturation.
    static var heatStyle: String {
        let steps = (0...24).map { step -> String in
            let share = Float(step) / 24
            let color = HeatMap.color(of: share * HeatMap.saturation)
            return "rgb(\(color.x) \(color.y) \(color.z)) \(OfflinePage.number(share * 100, 1))%"
        }
        return
            ".scale { background: linear-gradient(to right, \(steps.joined(separator: ", "))); }\n"
    }
}
