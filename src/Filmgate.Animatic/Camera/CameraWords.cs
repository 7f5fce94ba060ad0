using System.Text.RegularExpressions;

namespace Filmgate.Animatic.Camera;

/// <summary>Reads the camera's move from a prompt.</summary>
/// <remarks>
/// Only phrases that name a move with its direction count, so that a frying pan, a tilt-shift lens or a satellite in orbit
/// do not move the camera. Words of pace count within their own clause: in "a fast car, slow push in" the push is slow.
/// The first phrase on an axis wins, as one clip has one move.
/// </remarks>
public static partial class CameraWords
{
    private const double Slow = 0.6;
    private const double Fast = 1.6;

    /// <summary>The move that the prompt asks for; <see cref="CameraMove.Gentle"/> when it asks for none.</summary>
    /// <param name="prompt">A prompt in English, of any length.</param>
    public static CameraMove Read(string prompt)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        double push = 0, pan = 0, tilt = 0, orbit = 0, handheld = 0;
        bool still = false;

        foreach (string clause in ClauseEnd().Split(prompt.Replace('’', '\'')))
        {
            double pace = SlowWord().IsMatch(clause) ? Slow : FastWord().IsMatch(clause) ? Fast : 1;
            still |= Still().IsMatch(clause);

            Take(ref push, PushIn(), clause, pace);
            Take(ref push, PullOut(), clause, -pace);
            Take(ref pan, PanRight(), clause, pace);
            Take(ref pan, PanLeft(), clause, -pace);
            Take(ref tilt, TiltUp(), clause, pace);
            Take(ref tilt, TiltDown(), clause, -pace);
            Take(ref orbit, OrbitLeft(), clause, -pace);
            Take(ref orbit, OrbitAround(), clause, pace);
            Take(ref handheld, Handheld(), clause, pace);
        }

        var move = new CameraMove(push, pan, tilt, orbit, handheld);
        if (move != CameraMove.Static)
            return move;
        return still ? CameraMove.Static : CameraMove.Gentle;
    }

    private static void Take(ref double axis, Regex phrase, string clause, double amount)
    {
        if (axis != 0)
            return;
        foreach (Match match in phrase.Matches(clause))
        {
            if (Negation().IsMatch(clause.AsSpan(0, match.Index)))
                continue;
            axis = amount;
            return;
        }
    }

    private const RegexOptions Plain = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    // An adverb may stand between verb and direction ("pans slowly to the left"), and hyphens count as spaces ("push-in").
    private const string Gap = @"(\s+|-)(\w+ly\s+)?";
    private const string Way = Gap + @"((over|around|across)\s+)?(to(wards?)?\s+)?(the\s+)?";

    [GeneratedRegex(@"[,.;:!?\n]+|\bthen\b", Plain)]
    private static partial Regex ClauseEnd();

    [GeneratedRegex(@"\b(slow(ly|er)?|gent(le|ly)|subt(le|ly)|slight(ly)?|gradual(ly)?|soft(ly)?|leisurely)\b(?!\s+motion)", Plain)]
    private static partial Regex SlowWord();

    [GeneratedRegex(@"\b(fast(er)?|quick(ly)?|rapid(ly)?|sudden(ly)?|swift(ly)?|whip|crash)\b", Plain)]
    private static partial Regex FastWord();

    [GeneratedRegex(@"\b(no|not|never|without|avoid|don't|doesn't|do\s+not|does\s+not)\s+((any|a|the|camera)\s+)*$", Plain)]
    private static partial Regex Negation();

    [GeneratedRegex(@"\b(push(es|ing)?|zoom(s|ing)?|doll(y|ies|ying))" + Gap + @"(in(to|wards?)?|forwards?|closer)\b|\bcamera\s+(\w+ly\s+)?(moves?|moving|creeps?|glides?)\s+(\w+ly\s+)?(in|forwards?|closer)\b", Plain)]
    private static partial Regex PushIn();

    [GeneratedRegex(@"\b(pull(s|ing)?|zoom(s|ing)?|doll(y|ies|ying))" + Gap + @"(out(wards?)?|back(wards?)?|away)\b|\bcamera\s+(\w+ly\s+)?(moves?|moving|glides?)\s+(\w+ly\s+)?(out|back(wards?)?|away)\b", Plain)]
    private static partial Regex PullOut();

    [GeneratedRegex(@"\b(pan(s|ning)?|truck(s|ing)?|track(s|ing)?|slid(e|es|ing)|doll(y|ies|ying))" + Way + @"(right|from\s+(the\s+)?left\s+to\s+(the\s+)?right)\b|\bright(wards?)?\s+pan\b|\bpanning\s+shot\b|\bcamera\s+(\w+ly\s+)?pan(s|ning)?\b(?!" + Way + @"(left|from\s+(the\s+)?right))", Plain)]
    private static partial Regex PanRight();

    [GeneratedRegex(@"\b(pan(s|ning)?|truck(s|ing)?|track(s|ing)?|slid(e|es|ing)|doll(y|ies|ying))" + Way + @"(left|from\s+(the\s+)?right\s+to\s+(the\s+)?left)\b|\bleft(wards?)?\s+pan\b", Plain)]
    private static partial Regex PanLeft();

    [GeneratedRegex(@"\b(tilt(s|ing)?|pedestals?|cran(e|es|ing)|boom(s|ing)?)" + Gap + @"up(wards?)?\b|\bupwards?\s+tilt\b", Plain)]
    private static partial Regex TiltUp();

    [GeneratedRegex(@"\b(tilt(s|ing)?|pedestals?|cran(e|es|ing)|boom(s|ing)?)" + Gap + @"down(wards?)?\b|\bdownwards?\s+tilt\b", Plain)]
    private static partial Regex TiltDown();

    [GeneratedRegex(@"\b(orbit(s|ing)?|arc(s|ing)?)" + Way + @"left\b|\bcounter-?clockwise\s+orbit\b", Plain)]
    private static partial Regex OrbitLeft();

    [GeneratedRegex(@"\b(camera|shot|view)\s+(\w+ly\s+)?(orbit(s|ing)?|arcs?|circles?|revolves?)\b|\b(orbit(al|ing)?|arc)\s+(shot|move(ment)?|camera)\b|\b(orbit|arc)" + Way + @"right\b|\borbit(s|ing)?\s+around\b|^\s*(slow(ly)?|gent(le|ly)|fast|quick(ly)?)?\s*orbit\b", Plain)]
    private static partial Regex OrbitAround();

    [GeneratedRegex(@"\b(hand-?\s?held|shaky)(\s+\w+)?\s+(camera|shot|footage|feel|look|style|video|motion|movement)\b|\b(camera|shot|filmed|footage)\s+(is\s+)?hand-?\s?held\b|\bshaky\s?cam\b|^\s*(slight(ly)?|subt(le|ly)|gent(le|ly))?\s*hand-?held\s*$", Plain)]
    private static partial Regex Handheld();

    [GeneratedRegex(@"\b(static|locked|locked[\s-]?off|fixed|still|stationary|motionless)\s+(camera|shot|frame|framing|view|tripod|angle)\b|\bcamera\s+(is\s+|stays\s+|remains\s+|holds\s+|stands\s+)?(perfectly\s+|completely\s+)?(static|locked([\s-]?(off|down))?|fixed|still|stationary|motionless)\b|\blocked[\s-]off\b|\b(no|without(\s+any)?)\s+camera\s+(move(ment)?s?|motion)\b|\bcamera\s+(does\s+not|doesn't)\s+move\b|^\s*static\s*$|\bon\s+a\s+tripod\b", Plain)]
    private static partial Regex Still();
}
