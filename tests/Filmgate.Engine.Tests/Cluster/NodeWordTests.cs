using Filmgate.Engine.Cluster;

namespace Filmgate.Engine.Tests.Cluster;

public sealed class NodeWordTests
{
    [Theory]
    [InlineData(NodeWordKind.Task, "acct_1/task_2")]
    [InlineData(NodeWordKind.Deliveries, "")]
    [InlineData(NodeWordKind.Destination, "callback:https://example.com/a b")]
    public void A_word_is_read_as_it_was_written(NodeWordKind kind, string subject)
    {
        var word = new NodeWord(kind, subject);
        Assert.Equal(word, NodeWord.Read(word.Write("node"), out var node));
        Assert.Equal("node", node);
    }

    [Theory]
    [InlineData("")]
    [InlineData("node")]
    [InlineData("node 1")]
    [InlineData("node one subject")]
    [InlineData("node 99 of-a-newer-node")]
    public void What_is_no_word_here_is_passed_over(string text) => Assert.Null(NodeWord.Read(text, out _));
}
