using System.Text.RegularExpressions;
using Filmgate.Model.Tasks;

namespace Filmgate.Conventions.Tests;

public sealed partial class DocumentationTests
{
    private const string StateMachine = "docs/state-machine.md";

    private static readonly string[] Transitions =
        [.. typeof(TaskTransition).GetNestedTypes().Where(type => type.IsSubclassOf(typeof(TaskTransition))).Select(type => type.Name).Order()];

    [Fact]
    public void Every_edge_of_the_state_diagrams_bears_a_transition_of_the_code_and_none_is_missing()
    {
        var edges = Diagrams().SelectMany(Edge).ToArray();
        var unlabelled = edges.Where(edge => edge.Label.Length == 0 && edge.From != "[*]" && edge.To != "[*]").Select(edge => $"{edge.From} --> {edge.To}");
        Assert.Empty(unlabelled);
        var drawn = edges.Select(edge => edge.Label).Where(label => label.Length > 0).Distinct().Order().ToArray();
        Assert.True(
            drawn.SequenceEqual(Transitions),
            $"{StateMachine} and TaskTransition disagree. Only drawn: {Names(drawn.Except(Transitions))}. Only in the code: {Names(Transitions.Except(drawn))}. Draw what the code does.");
    }

    [Fact]
    public void The_text_of_the_state_machine_names_no_transition_that_does_not_exist()
    {
        string[] otherWords = ["TaskTransition"];
        var named = QuotedName().Matches(Repository.Read(StateMachine)).Select(match => match.Groups[1].Value).Distinct().ToArray();
        Assert.Contains("SendAttempt", named);
        Assert.Empty(named.Except(Transitions).Except(otherWords));
    }

    [Fact]
    public void The_states_that_are_drawn_are_the_states_of_task_and_attempt()
    {
        var diagrams = Diagrams();
        Assert.Equal(2, diagrams.Length);
        Assert.Equal(Words<TaskState>(), States(diagrams[0]));
        Assert.Equal(Words<AttemptState>(), States(diagrams[1]));
    }

    [Fact]
    public void Every_relative_link_in_a_document_leads_somewhere()
    {
        var dead = new List<string>();
        var documents = Directory.EnumerateFiles(Repository.Root, "*.md").Select(path => Path.GetFileName(path)!)
            .Concat(new[] { "docs", "src", "tests", "samples", "eng", "bench" }.Where(folder => Directory.Exists(Repository.PathOf(folder))).SelectMany(folder => Repository.Files(folder, "*.md")))
            .ToArray();
        Assert.Contains(StateMachine, documents);
        foreach (var document in documents)
        {
            foreach (Match link in Link().Matches(CodeBlock().Replace(Repository.Read(document), "")))
            {
                var target = link.Groups[1].Value;
                if (target.Contains("://", StringComparison.Ordinal) || target.StartsWith('#') || target.StartsWith("mailto:", StringComparison.Ordinal))
                {
                    continue;
                }

                var path = Path.GetFullPath(Path.Combine(Repository.PathOf(Path.GetDirectoryName(document)!), Uri.UnescapeDataString(target.Split('#')[0])));
                if (!Path.Exists(path))
                {
                    dead.Add($"  {document}: {target}");
                }
            }
        }

        Assert.True(dead.Count == 0, "These links lead nowhere; write the path from the document's own folder:\n" + string.Join('\n', dead));
    }

    private static string[] Diagrams() => [.. Diagram().Matches(Repository.Read(StateMachine)).Select(match => match.Groups[1].Value)];

    private static IEnumerable<(string From, string To, string Label)> Edge(string diagram) =>
        Edges().Matches(diagram).Select(match => (match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value.Trim()));

    private static IEnumerable<string> States(string diagram) =>
        Edge(diagram).SelectMany(edge => new[] { edge.From, edge.To }).Where(state => state != "[*]").Distinct().Order();

    private static IEnumerable<string> Words<TEnum>()
        where TEnum : struct, Enum => Enum.GetNames<TEnum>().Select(name => name.ToLowerInvariant()).Order();

    private static string Names(IEnumerable<string> names) => string.Join(", ", names.DefaultIfEmpty("none"));

    [GeneratedRegex("```mermaid\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Diagram();

    [GeneratedRegex(@"^\s*(\S+) --> ([^\s:]+)(?:\s*:\s*(.*))?$", RegexOptions.Multiline)]
    private static partial Regex Edges();

    [GeneratedRegex("`([A-Z][a-z]+(?:[A-Z][a-z]+)*)`")]
    private static partial Regex QuotedName();

    [GeneratedRegex(@"\[[^\]]*\]\(([^)\s]+)[^)]*\)")]
    private static partial Regex Link();

    [GeneratedRegex("```.*?```|`[^`\n]*`", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();
}
