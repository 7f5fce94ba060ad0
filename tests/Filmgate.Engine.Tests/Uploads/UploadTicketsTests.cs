using Filmgate.Engine.Artifacts;
using Filmgate.Engine.Intake;
using Filmgate.Engine.Tests.Intake;
using Filmgate.Model.Identity;

namespace Filmgate.Engine.Tests.Uploads;

public sealed class UploadTicketsTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 3, 14, 9, 26, 53, TimeSpan.Zero);
    private static readonly AccountId Account = new("acc_1");
    private static readonly UploadId Upload = new("upl_1");

    private readonly TemporaryFolder _folder = new();
    private readonly UploadTickets _tickets;

    public UploadTicketsTests() => _tickets = new UploadTickets(SigningKey.Open(_folder.Path));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_ticket_names_account_and_upload_for_an_hour()
    {
        var ticket = _tickets.Issue(Account, Upload, Now);
        Assert.True(_tickets.TryRead(ticket, Now.AddMinutes(59.9), out var account, out var upload));
        Assert.Equal((Account, Upload), (account, upload));
        Assert.False(_tickets.TryRead(ticket, Now.AddHours(1), out _, out _));
    }

    [Fact]
    public void No_character_of_a_ticket_can_be_changed()
    {
        var ticket = _tickets.Issue(Account, Upload, Now);
        for (var i = 0; i < ticket.Length; i++)
        {
            var forged = ticket[..i] + (ticket[i] == 'x' ? 'y' : 'x') + ticket[(i + 1)..];
            Assert.False(_tickets.TryRead(forged, Now, out _, out _), forged);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("....")]
    [InlineData("acc_1.upl_1.99999999999.")]
    [InlineData("\ud800.\ud800.\ud800.\ud800")]
    public void Text_that_is_no_ticket_is_refused(string text) => Assert.False(_tickets.TryRead(text, Now, out _, out _));

    [Fact]
    public void Another_gateways_ticket_is_worth_nothing()
    {
        using var folder = new TemporaryFolder();
        Assert.False(_tickets.TryRead(new UploadTickets(SigningKey.Open(folder.Path)).Issue(Account, Upload, Now), Now, out _, out _));
    }
}
