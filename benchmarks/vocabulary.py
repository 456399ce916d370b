"""The words of the generated chat: real ones by hand, the rest composed from characters."""

from __future__ import annotations

from itertools import accumulate
from random import Random

import msgspec

# By falling frequency: particles first, as in any Chinese chat.
FREQUENT = """
的 了 是 我 不 你 有 在 这个 就 也 都 一个 吗 可以 好 吧 没有 那个 要 还 看 什么 怎么 说 会 能
去 来 用 我们 大家 他 那 问题 现在 就是 然后 不是 很 多 因为 所以 但是 如果 自己 知道 觉得 今天
时候 已经 还是 应该 可能 需要 呢 啊 哈哈 谢谢 请问 这样 一下 直接 老师 群里 时间 东西 感觉
"""

COMMON = """
明天 昨天 上周 下周 早上 晚上 下午 周末 最近 以前 以后 开始 结束 马上 一直 有点 非常 比较 其实
当然 肯定 一般 经常 有时 突然 终于 居然 竟然 果然 反正 随便 简单 复杂 方便 麻烦 厉害 靠谱 清楚
奇怪 正常 重要 免费 便宜 贵 快 慢 新 旧 大 小 高 低 对 错 行 嗯 哦 哎 嘿 呀 嘛 啦
人 家 事 话 钱 天 年 月 号 点 分 次 位 种 条 张 本 群 图 字 书 车 茶 饭 水 路 门
工作 公司 项目 团队 同事 老板 客户 用户 产品 设计 运营 开发 测试 上线 发布 版本 更新 升级 部署
服务 服务器 数据 数据库 数据表 接口 配置 文件 文档 日志 代码 函数 变量 参数 缓存 线程 进程 内存
硬盘 磁盘 网络 端口 域名 证书 备份 恢复 迁移 监控 报警 故障 重启 崩溃 超时 报错 权限 账号 密码
登录 注册 验证码 安全 漏洞 加密 算法 模型 训练 搜索 索引 排序 分页 性能 优化 压测 并发 队列 消息
机器人 脚本 容器 镜像 集群 节点 网关 负载 均衡 前端 后端 页面 按钮 样式 浏览器 插件 框架 依赖 编译
打包 安装 下载 上传 链接 网址 图片 视频 音频 语音 表格 模板 教程 资料 笔记 文章 公众号 小程序
朋友圈 直播 课程 作业 打卡 复盘 总结 日报 周报 月报 计划 目标 任务 进度 会议 讨论 方案 需求 原型
评审 反馈 建议 意见 投票 调查 报名 活动 通知 公告 规则 管理员 群主 成员 新人 嘉宾 朋友 同学 家长
孩子 学校 考试 成绩 专业 毕业 面试 简历 工资 加班 请假 出差 旅游 机票 酒店 火车 地铁 公交 开车 停车
天气 下雨 降温 空气 口罩 医院 医生 身体 健康 运动 跑步 健身 减肥 睡觉 起床 吃饭 早餐 午饭 晚饭 火锅
奶茶 咖啡 水果 蔬菜 牛肉 米饭 面条 饺子 超市 快递 外卖 价格 优惠 折扣 红包 转账 付款 发票 合同 订单
退款 物流 仓库 库存 供应 渠道 市场 营销 推广 广告 品牌 流量 转化 增长 留存 活跃 复购 社群 私域 内容
标题 封面 排版 选题 写作 编辑 投稿 稿费 读者 作者 出版 小说 电影 电视 音乐 歌曲 游戏 手机 电脑 平板
耳机 相机 镜头 光圈 快门 曝光 构图 色彩 后期 修图 胶片 人像 风景 夜景 三脚架 闪光灯 滤镜 背景 前景
焦距 对焦 感光度 白平衡 直方图 城市 北京 上海 广州 深圳 杭州 成都 武汉 西安 南京 重庆 香港 台湾 中国
美国 日本 国家 政策 法律 新闻 经济 股票 基金 保险 房子 房价 租房 装修 家具 小区 物业 邻居 水电 宽带
解决 处理 检查 确认 修改 删除 添加 增加 减少 提高 降低 支持 反对 同意 拒绝 选择 决定 参加 离开 回来
出去 进来 打开 关闭 保存 复制 粘贴 截图 录屏 分享 转发 收藏 点赞 评论 关注 回复 联系 沟通 合作 帮忙
学习 研究 实践 经验 方法 技巧 原理 逻辑 思路 角度 观点 理由 结果 效果 影响 关系 区别 情况 条件 环境
质量 数量 标准 流程 步骤 细节 重点 难点 关键 核心 基础 高级 入门 精华 沉淀 归档 记录 历史 整理 分类
标签 专栏 推荐 精选 热门 原文 引用 来源 版权 许可 开源 社区 贡献 仓促 提交 分支 合并 冲突 回滚 审查
不错 不行 不会 不用 不要 不知道 没问题 没关系 没办法 怎么办 为什么 怎么样 是不是 有没有 能不能
可不可以 好的 收到 明白 辛苦了 麻烦了 感谢 抱歉 不好意思 恭喜 加油 欢迎 再见 晚安 早安
生日快乐 新年快乐
"""

# Building stones of the composed words.
CHARACTERS = """
一丁七万丈三上下不与专世业东两严个中丰临为主丽举久义之乌乐乘也习乡书买乱争事二于云互五井亚些亡交
产享京亮亲人仅今介从仓他付代令以仪件价任份仿企伍伏休众优会伟传伤伦似位低住体何余佛作佳使例供依侧
促保信修倍借值假健偏做停储像儿允元充先光克入全八公六共关兴兵其具典养内册再写军农冠冬冰冲决况冷净
准减几凡出击刀分切划列则创初判利别到制券刻前剧剩力办功加务动助努劳势包化北区医十升午半单卖南博占
卡卫印危即历压厂原厚反发取受变口古句另只叫召台史右叶各合同名后向吐吸告员周味呼命和品响售商喜器四
回因园困固国图圆土在地场坏坐块坚坛型城域培基堂增墨壁士声处备复外多夜够大天太失头夹奇奖女好如妙始
委姓子字存季学宁守安完宏官定宝实审客室宫家容宽宿密富察寒对导封射将尊小少尔尖尚就尺尾局层居展属山
岁岗岛川州工左巨差己已市布师希带帮常干平并广庄库应底店度座庭康建开异式弹强归当录形彩影往征待律很
得微心必志快念态怎思急性总息悉情想意感慢慧成我战户房所手才打托执扩扫扬批找承技抓投抗折护报抽担拉
拍招持指按挑换据掌排探接控推描提插握搜摄撑操支收改放政故效敏教散数整文斗料断斯新方施旅族无日旧早
旺时明易星春昨显晓晨普景晚智暂暖暗曲更曾最有服望朝期木未本术机权材村束条来杯松板极构林果枝某染查
标树校样核根格案桌桥梁检森植楼概模横次欢款止正此步武段每毛民气水永求汇江池污汽沙河油治沿泉法注泰
洋洗活派流测济浓海消深混清渐温港游湖源溪满演潮激火灯灵点烟热然照熟片版牌物特状独率王玩环班球理瓶
生用田由电男画界留番疗疾病登白百的皮益盘直相省看真眼着知短石码破硬确碎磁示社神票禁离种科秒积称移
程税稳空穿突窗立站竞童端笔符第等策答管箱类粉精系素索红约级纪纯纲纳纸线组细终经结给络统继续维综绿
缓编缘网置美群老者耐而联背能自至致舒航般色艺节花苏英范茶草药获落蓝行街衣表装西要见观规视角解言计
认训议记许论设访证评识词试话询该详语误说请读课谁调象贝负财责货质购费资赛赢走起超越足跑距路跟身车
转轮软轻载输达过运近返还进远连追退送适选途通速造道遇避那部都配酒采里重野量金针钟钢钱铁铜银链销锁
错键锦镜长门闭问闲间闻队防阳阴阶际陆限院除险随难集雨雪零雷需青静非面革音页项顺预领频题颜风飞食饮
首香马验高魂鱼鲜鸟黄黑默齐龙
"""

SUFFIXES = "器员性化者率度力法量表版库机站点层口号单"

ENGLISH = """
ok api docker python git bug app server linux nginx redis mysql token json http https web ui pr
demo windows mac iphone android vip pdf excel word ppt key id ip dns ssh sql css html js node vue
react java go rust cpu gpu ram ssd wifi app2 kubernetes deploy database config debug release
update issue review merge branch commit docs readme backup restart timeout error warning cache
proxy gateway webhook cron script plugin theme markdown feed rss email login oauth cookie session
postgres sqlite mongodb kafka elasticsearch grafana prometheus telegram wechat github gitlab
dockerfile compose container image registry helm pod cluster terraform ansible jenkins pipeline
lambda function class object array string number boolean null undefined async await promise
C++ C# gpt-4 v2 k8s 4090 2025 618 996 100 50 30 20 15 10
"""

NEEDLES = (
    ("琥珀蜥蜴", 7), ("量子芒果干", 3), ("zephyrine", 5), ("螺蛳粉博物馆", 11), ("鹦鹉螺", 23),
    ("𠮷野家", 4), ("rustacean42", 6), ("饕餮", 17), ("青瓷茶盏", 2), ("麒麟臂", 1),
)  # fmt: skip
"""Rare terms and how many messages hold each, where there are messages enough."""

TRADITIONAL = dict(
    zip(
        "这个来时们问题开关发现电脑网络数据库务经过还对没应该说话请谢听见认为样点长门间车东马鸟鱼"
        "风飞书画学习资讯机会议论证实验统计划费价钱买卖产业专业两严丰临义乐乡乱争亚亲从优传伤体",
        "這個來時們問題開關發現電腦網絡數據庫務經過還對沒應該說話請謝聽見認為樣點長門間車東馬鳥魚"
        "風飛書畫學習資訊機會議論證實驗統計劃費價錢買賣產業專業兩嚴豐臨義樂鄉亂爭亞親從優傳傷體",
        strict=True,
    )
)

EMOJI = "😂👍🙏😄🎉🔥❤😅🤔👌💪😭✅🚀☕"


class Vocabulary(msgspec.Struct, frozen=True):
    """Words by falling frequency, with the cumulated weights that `Random.choices` takes."""

    words: tuple[str, ...]
    weights: tuple[float, ...]
    english: tuple[str, ...]
    english_weights: tuple[float, ...]


def make_vocabulary(seed: int, composed: int = 7000) -> Vocabulary:
    """Make the vocabulary: real words, then composed ones, weighted by Zipf–Mandelbrot."""
    random = Random(f"{seed} vocabulary")
    real = FREQUENT.split() + COMMON.split()
    words = dict.fromkeys(real)
    stones = [c for c in CHARACTERS if not c.isspace()]
    while len(words) < len(real) + composed:
        word = random.choice(stones) + random.choice(stones)
        if random.random() < 0.2:
            word += random.choice(SUFFIXES)
        words.setdefault(word)
    english = tuple(ENGLISH.split())
    return Vocabulary(tuple(words), zipf(len(words), 2.7), english, zipf(len(english), 3.0))


def zipf(size: int, shift: float, exponent: float = 1.0) -> tuple[float, ...]:
    """Return cumulated Zipf–Mandelbrot weights for ranks 1 to `size`."""
    return tuple(accumulate(1 / (rank + shift) ** exponent for rank in range(1, size + 1)))
