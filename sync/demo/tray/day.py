"""What a visitor can play: a day at the canteen, and a visit to the shelter where bicycles alone are charged.

Each situation has its buttons, and says what to look at.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Button:
    """`does` is an act of the kiosk's levers, or `card:` and the key of a card."""

    label: str
    does: str


@dataclass(frozen=True, slots=True)
class Situation:
    title: str
    watch: str
    buttons: tuple[Button, ...]


DAY = (
    Situation(
        "开班",
        "刷王师傅的工作卡，值班屏要密码就按 258046，登录。再到值班屏点“交班”，数好备用金，开班。",
        (Button("王师傅刷工作卡", "card:wang"),),
    ),
    Situation(
        "老人刷卡",
        "居民屏：补贴、您付、余额，一句话念出来。值班屏：照片、忌口、最近几笔。",
        (Button("刷卡", "card:1003"), Button("手机码", "card:1008"), Button("纸质码", "card:1007")),
    ),
    Situation("再刷一次", "这一餐已经打过了，不会再扣钱；值班屏可以加一份。", (Button("再刷", "card:1003"),)),
    Situation("生日", "今天满 60 岁，第一次按 60 岁的价钱，屏上有祝福。", (Button("刷卡", "card:1010"),)),
    Situation(
        "没带卡",
        "值班屏点“没带卡”，按手机尾号 1006 或姓名首字母，对照片，一按就好。",
        (),
    ),
    Situation(
        "余额不够",
        "差多少写在屏上。值班屏点“充值”，收现金、算找零，再刷一次。",
        (Button("刷卡", "card:1004"),),
    ),
    Situation(
        "卡有问题",
        "挂失的、复制的、过期的、不是我们的：都不扣钱，值班屏写着怎么办。",
        (
            Button("挂失的卡", "card:1005"),
            Button("复制的卡", "card:copied"),
            Button("过期的卡", "card:1011"),
            Button("公交卡", "card:bus"),
        ),
    ),
    Situation(
        "当场发卡",
        "空白卡放上去，值班屏点“把这张卡发给居民”，找到人，发卡。再放一次，读卡器把签名写进卡里。",
        (Button("空白卡", "card:blank"), Button("防复制的空白卡", "card:secure")),
    ),
    Situation(
        "小票",
        "值班屏点最近一笔，“打印小票”，或“扫码留存”让居民屏显示一个码。没纸了先排着，换了纸自己打出来，不会打两张。",
        (Button("打印机没纸", "end-paper"), Button("换纸", "new-paper")),
    ),
    Situation(
        "断网",
        "照样打饭。不到一分钟，值班屏顶上写着几点起离线、多少笔待送，办公室的页面写着几点起没有联系；插回网线，自己补送，一分钟左右两边都恢复。",
        (Button("拔掉网线", "cut"), Button("断网九天", "nine-days"), Button("插回网线", "mend")),
    ),
    Situation(
        "读卡器掉了",
        "两块屏都说出来；纸质码、手机码和“没带卡”照样能用。",
        (Button("拔掉", "unplug"), Button("插回", "plug"), Button("扫码器乱码", "noise")),
    ),
    Situation(
        "突然断电",
        "机器被强行关掉，几秒后自己起来；刚才那些笔一笔不少，开着的窗口还在。",
        (Button("关掉机器", "kill"),),
    ),
    Situation(
        "时间不准",
        "断电又断网，机器的钟不可信：值班屏问一次现在是哪一餐，点一下就接着打。再关一次机器，钟就好了。",
        (Button("钟没电了", "lose-clock"), Button("关掉机器", "kill")),
    ),
    Situation(
        "磁盘快满",
        "照样打饭；值班屏顶上提醒，点开写着还剩多少、该找谁。",
        (Button("快满了", "fill-disk"), Button("清理好了", "empty-disk")),
    ),
    Situation(
        "给电动车充电",
        "先插车，再到值班屏点“充电”，点插座，点最多几元，刷卡。通了电，居民屏才说“正在充电”；没插好的，钱一分不动。"
        "同一张卡隔两秒再刷两次就停。手机页在最上面。",
        (
            Button("插一辆电动车", "plug-bicycle"),
            Button("插一辆满电的", "plug-full"),
            Button("一个插座插两辆", "plug-two_bicycles"),
            Button("接触不好，发烫", "plug-hot"),
            Button("功率太大", "plug-strong"),
            Button("刷卡", "card:1006"),
            Button("全部拔掉", "unplug-bicycles"),
        ),
    ),
    Situation(
        "车棚出事",
        "全部断电，两块屏都说；查过以后，陈站长在那个插座的页面上写一句，才能再用。拔了线的，插回来先全部断电，看清了再用。",
        (
            Button("总功率超了", "overload"),
            Button("继电器粘住", "weld"),
            Button("拔掉插座箱的线", "cut-shed"),
            Button("插回插座箱的线", "mend-shed"),
        ),
    ),
    Situation(
        "不是饭点",
        "刷卡不扣钱，只看余额和最近三餐。",
        (
            Button("现在不供餐", "nothing"),
            Button("刷卡", "card:1003"),
            Button("开晚餐", "dinner"),
            Button("按时间供餐", "by-the-clock"),
        ),
    ),
    Situation(
        "交班",
        "值班屏点“交班”，按面额数钱，对一对，交班单上写着笔数从几号到几号，不缺号。",
        (Button("陈站长刷工作卡", "card:chen"),),
    ),
)

VISIT = (
    Situation(
        "先插车，再刷卡",
        "居民屏上点 A1，刷卡：通了电才说“正在充电”。同一张卡隔两秒再刷两次就停，写着两样费用。拔了就停。",
        (Button("电动车插 A1", "plug-bicycle"), Button("刷卡", "card:1312"), Button("全部拔掉", "unplug")),
    ),
    Situation(
        "食堂的卡",
        "住在食堂那边的老人，同一张卡在这里也能充：机器先问一声办公室。",
        (Button("刷卡", "card:1003"),),
    ),
    Situation(
        "各种车",
        "每插一辆，点它的插座再刷一次卡。满电的和空充电器一两分钟自己停；旧电池满得快；两辆插一起，看得出功率。",
        (
            Button("旧电池插 A2", "plug-worn"),
            Button("两辆一起插 A3", "plug-two_bicycles"),
            Button("满电的插 A4", "plug-full"),
            Button("空充电器插 A5", "plug-charger_alone"),
            Button("刷卡", "card:1311"),
        ),
    ),
    Situation(
        "手机",
        "最上面点手机，开一扇手机大小的窗。插座怎么样，谁都能看；要付钱，先在值班屏点“充电”、“连手机”，刷卡，把居民屏上的数字输进手机。",
        (Button("刷卡", "card:1313"),),
    ),
    Situation("月卡", "包月的人不付服务费，一天几小时以内。", (Button("刷卡", "card:1314"),)),
    Situation(
        "功率太大、发烫",
        "超过 600 瓦马上断这一个；越来越烫的，看准两次，全部断电，等师傅。",
        (
            Button("大功率插 B1", "plug-strong"),
            Button("接触不好插 B2", "plug-hot"),
            Button("刷卡", "card:1315"),
        ),
    ),
    Situation(
        "冒烟、进水",
        "全部断电，两块屏都说，办公室每一页上都写着，有人看过才走。林师傅在值班屏那个插座的页面上登录，写一句，才能再用。",
        (
            Button("冒烟", "smoke"),
            Button("烫得报警", "heat"),
            Button("进水", "water"),
            Button("A1 的继电器粘住", "weld"),
            Button("修好箱子", "mend"),
        ),
    ),
    Situation(
        "停电",
        "停的时间不算钱。很快来电，先全部断开、看到没有电流，再接着充；停久了就按停的那一刻结账。",
        (
            Button("拉闸", "no-mains"),
            Button("关掉机器", "kill"),
            Button("拔掉插座箱的线", "cut-box"),
            Button("来电", "mend"),
        ),
    ),
    Situation(
        "断网",
        "刷卡照样充，账记在这里，插回网线自己补送。",
        (Button("拔掉网线", "cut"), Button("刷卡", "card:1312"), Button("插回网线", "join")),
    ),
)
